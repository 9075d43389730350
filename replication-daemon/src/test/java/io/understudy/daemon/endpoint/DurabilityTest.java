package io.understudy.daemon.endpoint;

import static io.understudy.daemon.endpoint.Service.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.Promotion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commits that wait for two of three voters, or for nobody, as the control record says. */
class DurabilityTest {
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c", "eu-d");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path folder;
  private final Set<Integer> acknowledged = new ConcurrentSkipListSet<>();
  private final AtomicLong slowestNanos = new AtomicLong();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final List<Thread> writers = new ArrayList<>();
  private final List<String> lost = new CopyOnWriteArrayList<>(); // why writers ended
  private Service service;

  @BeforeEach
  void found() throws Exception {
    service = Service.of(folder, NAMES);
    service.found(2);
    service.startAll();
    service.awaitOpen("eu-a");
    service.awaitCopies();
  }

  @AfterEach
  void end() throws InterruptedException {
    ended.set(true);
    // A commit on an old primary waits for ever.
    service
        .database("eu-a")
        .execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '"
                + TestDatabase.ROLE
                + "'");
    for (Thread writer : writers) {
      writer.join(Duration.ofSeconds(5));
    }
    service.close();
  }

  /** Writes until it is told to end or cannot. */
  private void write(int from) {
    writers.add(
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try (Connection connection = service.database("eu-a").connect(TestDatabase.ROLE);
                  Statement statement = connection.createStatement()) {
                for (int id = from; !ended.get(); id++) {
                  long before = System.nanoTime();
                  statement.execute("INSERT INTO orders VALUES (" + id + ", 'note')");
                  if (statement.getWarnings() != null) {
                    lost.add(String.valueOf(statement.getWarnings().getMessage()));
                    return; // Committed here, and nobody knows whether anywhere else.
                  }
                  long took = System.nanoTime() - before;
                  slowestNanos.accumulateAndGet(took, Math::max);
                  acknowledged.add(id);
                }
              } catch (SQLException e) {
                lost.add(String.valueOf(e.getMessage())); // What was under way is unknown.
              }
            }));
  }

  private void awaitMore(int commits) throws Exception {
    int before = acknowledged.size();
    Await.until(
        "more commits",
        LONG,
        () -> {
          assertThat(lost).as("why writers ended").isEmpty();
          return acknowledged.size() > before + commits;
        });
  }

  private void durability(Durability worth) throws Exception {
    assertThat(service.daemon("eu-a").durability(worth).get(30, TimeUnit.SECONDS)).isEqualTo(worth);
    assertThat(service.record().durability()).isEqualTo(worth);
    assertThat(service.status("eu-a").durability()).contains(worth);
  }

  private Effect.Outcome promote(Promotion.Order order) throws Exception {
    return service.daemon("eu-b").promote(order, PATIENCE).get(40, TimeUnit.SECONDS);
  }

  /** Whether a new session of the application may not write. */
  private boolean refuses(String endpoint) {
    try (Connection connection = service.database(endpoint).connect(TestDatabase.ROLE);
        Statement statement = connection.createStatement()) {
      statement.execute("DELETE FROM orders WHERE id = -1");
      return false;
    } catch (SQLException e) {
      return "42501".equals(e.getSQLState());
    }
  }

  @Test
  void switchingUnderLoadHangsNoCommitAndWithQuorumInForceNoneIsLost() throws Exception {
    write(1_000_000);
    write(2_000_000);
    awaitMore(100);
    durability(Durability.ASYNC);
    awaitMore(300);
    durability(Durability.QUORUM);
    awaitMore(100);
    durability(Durability.ASYNC);
    awaitMore(100);
    durability(Durability.QUORUM);
    awaitMore(100);
    System.out.println("slowest commit " + slowestNanos.get() / 1_000_000 + " ms");
    assertThat(Duration.ofNanos(slowestNanos.get())).isLessThan(Duration.ofSeconds(5));

    service.network().isolate("eu-a");
    service.stop("eu-a");
    assertThat(promote(Promotion.Order.of("eu-b"))).isInstanceOf(Effect.Outcome.Promoted.class);
    service.awaitOpen("eu-b");
    ended.set(true);
    assertThat(service.orders("eu-b")).containsAll(acknowledged);
    assertThat(service.failures()).isEmpty();
  }

  @Test
  void commitsWaitForNobodyUntilTheLeaseRunsOutAndThenNobodyCanWrite() throws Exception {
    durability(Durability.ASYNC);
    // A server that starts anew lets commits wait again.
    assertThat(service.database("eu-a").query("SHOW synchronous_standby_names")).isEmpty();
    assertThat(
            service
                .database("eu-a")
                .query(
                    "SELECT setting FROM pg_file_settings WHERE name = 'synchronous_standby_names'"))
        .startsWith("ANY 1");

    service.network().isolate("eu-a");
    write(1);
    awaitMore(10);
    Await.until("the daemon closed it", LONG, () -> !service.status("eu-a").open());
    Await.until("it is closed", LONG, () -> refuses("eu-a"));

    service.network().heal("eu-a");
    service.awaitOpen("eu-a");
    assertThat(refuses("eu-a")).isFalse();
    lost.clear();
    write(1_000_000);
    awaitMore(10);
    durability(Durability.QUORUM);
    awaitMore(10);
    assertThat(service.failures()).isEmpty();
  }

  @Test
  void aDatabaseWhoseDaemonIsGoneClosesItselfAndAPromotionSaysWhatMayBeLost() throws Exception {
    durability(Durability.ASYNC);
    write(1);
    awaitMore(50);
    service.stop("eu-a");
    int before = acknowledged.size();
    Await.until("the server closed it", LONG, () -> refuses("eu-a"));
    assertThat(acknowledged.size()).as("commits without a daemon").isGreaterThan(before);

    assertThat(promote(Promotion.Order.of("eu-b")))
        .isInstanceOfSatisfying(
            Effect.Outcome.Declined.class,
            declined -> assertThat(declined.reason()).contains("ASYNC"));
    Promotion.Order allowing = new Promotion.Order("eu-b", OptionalLong.of(Long.MAX_VALUE));
    assertThat(promote(allowing))
        .isInstanceOfSatisfying(
            Effect.Outcome.Promoted.class, promoted -> assertThat(promoted.gap()).isPresent());
    service.awaitOpen("eu-b");
    assertThat(refuses("eu-b")).isFalse();
    assertThat(service.status("eu-b").durability()).contains(Durability.ASYNC);

    service.start("eu-a");
    Await.until("eu-a follows", LONG, () -> service.status("eu-a").phase().equals("FOLLOWING"));
    service.awaitEqual("eu-b");
    assertThat(refuses("eu-a")).isTrue();
    assertThat(service.failures()).isEmpty();
  }
}
