package io.understudy.daemon.endpoint;

import static io.understudy.daemon.endpoint.Service.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.protocol.Effect;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four endpoints, two of three voters needed. */
class PromotionTest {
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c", "eu-d");

  @TempDir Path folder;
  private Service service;

  @BeforeEach
  void found() throws IOException {
    service = Service.of(folder, NAMES);
    service.found(2);
    service.startAll();
  }

  @AfterEach
  void end() {
    service.close();
  }

  /** Writes until it cannot; the numbers whose COMMIT returned. */
  private Thread write(String endpoint, int from, Set<Integer> acknowledged) {
    return Thread.ofPlatform()
        .start(() -> {
          try (Connection connection = service.database(endpoint).connect(TestDatabase.ROLE);
              Statement statement = connection.createStatement()) {
            for (int id = from; !Thread.currentThread().isInterrupted(); id++) {
              statement.execute("INSERT INTO orders VALUES (" + id + ", 'from " + endpoint + "')");
              if (statement.getWarnings() != null) {
                return; // Committed locally, and nobody knows whether anywhere else.
              }
              acknowledged.add(id);
            }
          } catch (SQLException e) {
            // The primary is gone: what was under way is unknown, not acknowledged.
          }
        });
  }

  @Test
  void aPromotedVoterHoldsEveryAcknowledgedCommitAndTheOldPrimaryFollows() throws Exception {
    service.awaitOpen("eu-a");
    Set<Integer> acknowledged = new ConcurrentSkipListSet<>();
    List<Thread> writers =
        List.of(write("eu-a", 1_000_000, acknowledged), write("eu-a", 2_000_000, acknowledged));
    Await.until("commits", LONG, () -> acknowledged.size() > 200);
    // What the voters never see stays behind on the old primary.
    service.network().isolate("eu-a");
    for (Thread writer : writers) {
      writer.join(Duration.ofMillis(300));
    }
    service.stop("eu-a");

    Effect.Outcome outcome =
        service.daemon("eu-b").promote("eu-b", Duration.ofSeconds(30)).get(40, TimeUnit.SECONDS);
    assertThat(outcome).isInstanceOf(Effect.Outcome.Promoted.class);
    service.awaitOpen("eu-b");
    assertThat(service.record().primary()).isEqualTo("eu-b");
    assertThat(service.orders("eu-b")).containsAll(acknowledged);

    service.network().heal("eu-a");
    service.start("eu-a");
    Set<Integer> later = new ConcurrentSkipListSet<>();
    Thread writer = write("eu-b", 3_000_000, later);
    Await.until("commits on the new primary", LONG, () -> later.size() > 50);
    Await.until("eu-a follows", LONG, () -> service.status("eu-a").phase().equals("FOLLOWING"));
    writer.interrupt();
    writer.join();
    service.awaitEqual("eu-b");
    assertThat(service.orders("eu-a")).containsAll(acknowledged).containsAll(later);
    assertThat(service.failures()).isEmpty();
  }
}
