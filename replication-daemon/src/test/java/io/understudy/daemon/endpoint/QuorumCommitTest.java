package io.understudy.daemon.endpoint;

import static io.understudy.daemon.endpoint.Service.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** COMMIT returns when two of three voters' journals hold it, and for what nobody has to hold. */
class QuorumCommitTest {
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c", "eu-d");

  @TempDir Path folder;
  private final ExecutorService clients = Executors.newCachedThreadPool();
  private Service service;

  @BeforeEach
  void found() throws Exception {
    service = Service.of(folder, NAMES);
    service.found(2);
    service.startAll();
    service.awaitOpen("eu-a");
    Await.until(
        "all voters follow",
        LONG,
        () ->
            NAMES.stream()
                .skip(1)
                .allMatch(name -> service.status(name).phase().equals("FOLLOWING")));
  }

  @AfterEach
  void end() {
    clients.shutdownNow();
    service.close();
  }

  private CompletableFuture<Void> client(String sql) {
    return CompletableFuture.runAsync(
        () -> {
          try (Connection connection = service.database("eu-a").connect();
              Statement statement = connection.createStatement()) {
            statement.execute(sql);
          } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
          }
        },
        clients);
  }

  private boolean waits(String sql) {
    return service
        .database("eu-a")
        .query(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = '"
                + sql.replace("'", "''")
                + "'")
        .equals("1");
  }

  @Test
  void commitWaitsWhileTooFewVotersAreThere() throws Exception {
    client("INSERT INTO orders VALUES (1, 'one')").get(20, TimeUnit.SECONDS);
    service.stop("eu-b");
    client("INSERT INTO orders VALUES (2, 'two')").get(20, TimeUnit.SECONDS);
    service.stop("eu-c");
    String third = "INSERT INTO orders VALUES (3, 'three')";
    CompletableFuture<Void> waiting = client(third);
    Await.until("the commit waits", LONG, () -> waits(third));
    assertThat(waiting).isNotDone();
    service.start("eu-b");
    waiting.get(30, TimeUnit.SECONDS);
    assertThat(service.status("eu-b").journal()).isEqualTo(service.status("eu-a").journal());
    service.start("eu-c");
    service.awaitEqual("eu-a");
  }

  @Test
  void whatIsNotPublishedDoesNotWaitForAnybody() throws Exception {
    client("CREATE TABLE scratch (id integer)").get(20, TimeUnit.SECONDS);
    client("INSERT INTO scratch VALUES (1)").get(20, TimeUnit.SECONDS);
    TestDatabase primary = service.database("eu-a");
    new TestDatabase("eu-a", primary.port(), "postgres")
        .execute("CREATE TABLE t AS SELECT 1 AS id; DROP TABLE t");
    client("DROP TABLE scratch").get(20, TimeUnit.SECONDS);
  }

  /** The driver's own confirmation of keepalives would let such commits through. */
  @Test
  void noCommitReturnsEarlyBesideALongTransaction() throws Exception {
    try (Connection open = service.database("eu-a").connect();
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("INSERT INTO orders VALUES (1000, 'long')");
      client("INSERT INTO orders VALUES (1, 'short')").get(20, TimeUnit.SECONDS);
      service.network().isolate("eu-b");
      service.network().isolate("eu-c");
      List<CompletableFuture<Void>> waiting = new ArrayList<>();
      for (int id = 2; id <= 6; id++) {
        String sql = "INSERT INTO orders VALUES (" + id + ", 'short')";
        waiting.add(client(sql));
        Await.until("a commit waits", LONG, () -> waits(sql));
        statement.execute("INSERT INTO orders VALUES (" + (1000 + id) + ", 'long')");
        // Commits of unpublished tables make the server ask for, and get, its status.
        service
            .database("eu-a")
            .execute("SET synchronous_commit = local; CREATE TABLE s (id integer); DROP TABLE s");
      }
      // None of them may let a commit through.
      Await.until("twenty statuses", LONG, sentStatuses(20));
      assertThat(waiting).noneMatch(CompletableFuture::isDone);
      service.network().heal("eu-b");
      for (CompletableFuture<Void> each : waiting) {
        each.get(20, TimeUnit.SECONDS);
      }
      open.commit();
      service.network().heal("eu-c");
    }
    service.awaitEqual("eu-a");
  }

  /** Counts changes of the time of the last reply, as the server sees it. */
  private Callable<Boolean> sentStatuses(int count) {
    Set<String> seen = new HashSet<>();
    return () -> {
      seen.add(
          service
              .database("eu-a")
              .query(
                  "SELECT max(reply_time) FROM pg_stat_replication WHERE application_name ^@"
                      + " 'understudy_orders'"));
      return seen.size() > count;
    };
  }
}
