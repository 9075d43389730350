package io.understudy.daemon.endpoint;

import static io.understudy.daemon.endpoint.Service.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Position;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** COMMIT returns when two of three voters' journals hold it, and for what nobody has to hold. */
class QuorumCommitTest {
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c", "eu-d");

  @TempDir Path folder;
  private Service service;
  private Commits commits;

  @BeforeEach
  void found() throws Exception {
    service = Service.of(folder, NAMES);
    service.found(2);
    commits = new Commits(service.database("eu-a"));
    service.startAll();
    service.awaitOpen("eu-a");
    service.awaitCopies();
  }

  @AfterEach
  void end() {
    commits.close();
    service.close();
  }

  @Test
  void commitWaitsWhileTooFewVotersAreThere() throws Exception {
    commits.run("INSERT INTO orders VALUES (1, 'one')").get(20, TimeUnit.SECONDS);
    service.stop("eu-b");
    commits.run("INSERT INTO orders VALUES (2, 'two')").get(20, TimeUnit.SECONDS);
    service.stop("eu-c");
    String third = "INSERT INTO orders VALUES (3, 'three')";
    CompletableFuture<Void> waiting = commits.run(third);
    Await.until("the commit waits", LONG, () -> commits.waits(third));
    assertThat(waiting).isNotDone();
    service.start("eu-b");
    waiting.get(30, TimeUnit.SECONDS);
    Position replicated = service.status("eu-a").replicated();
    assertThat(service.status("eu-b").journal().reaches(replicated)).isTrue();
    service.start("eu-c");
    service.awaitEqual("eu-a");
  }

  @Test
  void whatIsNotPublishedDoesNotWaitForAnybody() throws Exception {
    commits.run("CREATE TABLE scratch (id integer)").get(20, TimeUnit.SECONDS);
    commits.run("INSERT INTO scratch VALUES (1)").get(20, TimeUnit.SECONDS);
    TestDatabase primary = service.database("eu-a");
    new TestDatabase("eu-a", primary.port(), "postgres")
        .execute("CREATE TABLE t AS SELECT 1 AS id; DROP TABLE t");
    commits.run("DROP TABLE scratch").get(20, TimeUnit.SECONDS);
  }

  /** The driver's own confirmation of keepalives would let such commits through. */
  @Test
  void noCommitReturnsEarlyBesideALongTransaction() throws Exception {
    try (Connection open = service.database("eu-a").connect();
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("INSERT INTO orders VALUES (1000, 'long')");
      commits.run("INSERT INTO orders VALUES (1, 'short')").get(20, TimeUnit.SECONDS);
      service.network().isolate("eu-b");
      service.network().isolate("eu-c");
      List<CompletableFuture<Void>> waiting = new ArrayList<>();
      for (int id = 2; id <= 6; id++) {
        String sql = "INSERT INTO orders VALUES (" + id + ", 'short')";
        waiting.add(commits.run(sql));
        Await.until("a commit waits", LONG, () -> commits.waits(sql));
        statement.execute("INSERT INTO orders VALUES (" + (1000 + id) + ", 'long')");
        // Commits of unpublished tables make the server ask for, and get, its status.
        commits.unpublished();
      }
      // None of them may let a commit through.
      Await.until("twenty statuses", LONG, commits.sentStatuses(20));
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
}
