package io.understudy.daemon.endpoint;

import static io.understudy.daemon.endpoint.Service.LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.audit.AuditEntry;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.snapshot.Report;
import io.understudy.daemon.snapshot.TableDifference;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies of running shadows: compared, repaired, and made anew by what differs. */
class CopyTest {
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c");
  private static final int ROWS = 20_000;
  private static final Pattern BYTES = Pattern.compile(": ([0-9]+) bytes in ");

  @TempDir Path folder;
  private Service service;

  @BeforeEach
  void found() throws Exception {
    service = Service.of(folder, NAMES);
    service
        .database("eu-a")
        .execute(
            "INSERT INTO orders SELECT g, repeat('note ', 20) || g FROM generate_series(1, "
                + ROWS
                + ") g");
    service.found(1);
  }

  @AfterEach
  void end() {
    service.close();
  }

  private void startAll() throws Exception {
    service.startAll();
    service.awaitOpen("eu-a");
    awaitPhase("eu-b", "FOLLOWING");
    awaitPhase("eu-c", "FOLLOWING");
  }

  private void awaitPhase(String endpoint, String phase) throws Exception {
    Await.until(
        endpoint + " is " + phase, LONG, () -> service.status(endpoint).phase().equals(phase));
  }

  /** New rows and changes of rows above 1000, until it is interrupted. */
  private Thread load(AtomicInteger commits) {
    return Thread.ofPlatform()
        .start(() -> {
          try (Connection connection = service.database("eu-a").connect(TestDatabase.ROLE);
              Statement statement = connection.createStatement()) {
            for (int i = 1; !Thread.currentThread().isInterrupted(); i++) {
              statement.execute("INSERT INTO orders VALUES (" + (1_000_000 + i) + ", 'new')");
              statement.execute("UPDATE orders SET note = 'u' WHERE id = " + (1_000 + i % 10_000));
              commits.incrementAndGet();
            }
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private Report verify(String endpoint) throws Exception {
    return service.daemon(endpoint).verify("a test").get(60, TimeUnit.SECONDS);
  }

  private List<String> causes(String endpoint) {
    return service.daemon(endpoint).audit().after(0).stream()
        .map(AuditEntry::change)
        .map(change -> change.to() + " " + change.cause())
        .toList();
  }

  @Test
  void silentCorruptionUnderLoadIsFoundAndNamedAndRepaired() throws Exception {
    startAll();
    AtomicInteger commits = new AtomicInteger();
    Thread load = load(commits);
    Await.until("load", LONG, () -> commits.get() > 20);
    assertThat(verify("eu-b").differences()).isEmpty();

    TestDatabase shadow = service.database("eu-b");
    shadow.execute("UPDATE orders SET note = 'corrupt' WHERE id = 17");
    shadow.execute("DELETE FROM orders WHERE id = 500");
    shadow.execute("INSERT INTO orders VALUES (900000, 'rogue')");
    assertThat(verify("eu-b").differences())
        .containsExactly(
            new TableDifference(
                new TableName("public", "orders"), 1, 1, 1, List.of("17"), List.of("900000")));
    EndpointStatus found = service.status("eu-b");
    assertThat(found.phase()).isEqualTo("DIVERGED");
    assertThat(found.copy().toString()).contains("public.orders", "17", "900000");
    assertThat(found.copy().toString()).doesNotContain("corrupt").doesNotContain("rogue");

    // It goes on, and a restart hides nothing.
    service.stop("eu-b");
    service.start("eu-b");
    awaitPhase("eu-b", "DIVERGED");
    int before = commits.get();
    Repair repair = service.daemon("eu-b").repair("a test").get(60, TimeUnit.SECONDS);
    assertThat(repair.sent().rows()).isEqualTo(3);
    assertThat(repair.sent().bytes()).isLessThan(ROWS * 100 / 4);
    assertThat(repair.verified().differences()).isEmpty();
    assertThat(service.status("eu-b").phase()).isEqualTo("FOLLOWING");
    assertThat(service.status("eu-b").copy().verdict())
        .isInstanceOf(CopyStatus.Verdict.Equal.class);
    assertThat(commits.get()).isGreaterThan(before);
    assertThat(causes("eu-b")).anyMatch(cause -> cause.startsWith("REPAIRED 3 rows"));
    load.interrupt();
    load.join();
    service.awaitEqual("eu-a");
    assertThat(service.failures()).isEmpty();
  }

  @Test
  void theOpenPrimaryIsNeitherComparedNorRepaired() throws Exception {
    startAll();
    assertThatThrownBy(() -> service.daemon("eu-a").repair("a test").get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("eu-a is the primary")
        .hasMessageContaining("ask a shadow's daemon");
    assertThatThrownBy(() -> service.daemon("eu-a").verify("a test").get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("is the primary");
  }

  @Test
  void aShadowThatCannotApplyIsRepairedAndGoesOn() throws Exception {
    startAll();
    service.database("eu-b").execute("DELETE FROM orders WHERE id = 17");
    service.database("eu-a").execute("UPDATE orders SET note = 'later' WHERE id = 17");
    awaitPhase("eu-b", "DIVERGED");
    assertThat(service.status("eu-b").copy().verdict())
        .isInstanceOf(CopyStatus.Verdict.Stopped.class);
    assertThatThrownBy(() -> verify("eu-b")).hasMessageContaining("repair it");
    service.database("eu-a").execute("INSERT INTO orders VALUES (0, 'meanwhile')");
    Repair repair = service.daemon("eu-b").repair("a test").get(60, TimeUnit.SECONDS);
    // The heartbeat's row is behind too.
    assertThat(repair.sent().differences())
        .filteredOn(each -> each.table().table().equals("orders"))
        .singleElement()
        .returns(2L, TableDifference::rows);
    assertThat(service.status("eu-b").phase()).isEqualTo("FOLLOWING");
    service.database("eu-a").execute("INSERT INTO orders VALUES (-1, 'afterwards')");
    service.awaitEqual("eu-a");
  }

  @Test
  void theScheduleFindsADifference() throws Exception {
    service.pace(
        EndpointSettings.Pace.DEFAULT.copying(Duration.ofMinutes(1), Duration.ofMillis(500)));
    startAll();
    Await.until(
        "it was compared",
        LONG,
        () -> service.status("eu-c").copy().verdict() instanceof CopyStatus.Verdict.Equal);
    service.database("eu-c").execute("DELETE FROM orders WHERE id = 9");
    awaitPhase("eu-c", "DIVERGED");
    assertThat(service.status("eu-b").phase()).isEqualTo("FOLLOWING");
  }

  @Test
  void anOldPrimaryGetsOnlyWhatDiffers() throws Exception {
    startAll();
    service.database("eu-a").execute("UPDATE orders SET note = 'changed' WHERE id <= 50");
    service.awaitEqual("eu-a");
    // Sizes are those that the servers' statistics tell.
    service.database("eu-a").execute("ANALYZE");
    service.database("eu-b").execute("ANALYZE");
    Effect.Outcome outcome =
        service.daemon("eu-b").promote("eu-b", Duration.ofSeconds(30)).get(40, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(Effect.Outcome.Promoted.class);
    service.awaitOpen("eu-b");
    service.database("eu-b").execute("DELETE FROM orders WHERE id > " + (ROWS - 100));
    awaitPhase("eu-a", "FOLLOWING");
    service.awaitEqual("eu-b");
    String copied =
        causes("eu-a").stream()
            .filter(cause -> cause.contains("copy at"))
            .findFirst()
            .orElseThrow();
    assertThat(copied).contains("DIFFERENTIAL", "estimated");
    Matcher bytes = BYTES.matcher(copied);
    assertThat(bytes.find()).isTrue();
    assertThat(Long.parseLong(bytes.group(1))).isLessThan(ROWS * 100 / 4);
  }

  @Test
  void whatABrokenCopyLeftIsCopiedAnew() throws Exception {
    startAll();
    service.stop("eu-c");
    // As a full copy leaves it that breaks off.
    service.database("eu-c").execute("DELETE FROM understudy.applied");
    service.database("eu-c").execute("DELETE FROM orders WHERE id > 5000");
    service.database("eu-a").execute("INSERT INTO orders VALUES (0, 'meanwhile')");
    service.start("eu-c");
    service.awaitEqual("eu-a");
    awaitPhase("eu-c", "FOLLOWING");
    assertThat(causes("eu-c")).anyMatch(cause -> cause.contains("copy at"));
  }
}
