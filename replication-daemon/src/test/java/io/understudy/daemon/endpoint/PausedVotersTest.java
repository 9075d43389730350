package io.understudy.daemon.endpoint;

import static io.understudy.daemon.endpoint.ServiceProcesses.LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.PostgresVersion;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGSTOP of voters: they hold their connections and say nothing. */
@Tag("long")
class PausedVotersTest {
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c", "eu-d");

  @TempDir Path folder;
  private ServiceProcesses service;

  @BeforeEach
  void start() throws Exception {
    service = ServiceProcesses.of(folder, PostgresVersion.V18, NAMES);
    service.startAll();
    service.awaitOpen("eu-a");
    service.awaitCopies(NAMES.subList(1, 4));
  }

  @AfterEach
  void end() throws Exception {
    service.end();
  }

  @Test
  void noCommitReturnsBeforeAVoterGoesOnBesideALongTransaction() throws Exception {
    try (Commits commits = new Commits(service.database("eu-a"));
        Connection open = service.database("eu-a").connect();
        Statement statement = open.createStatement()) {
      open.setAutoCommit(false);
      statement.execute("INSERT INTO orders VALUES (1000, 'long')");
      commits.run("INSERT INTO orders VALUES (0, 'short')").get(20, TimeUnit.SECONDS);
      service.signal("eu-b", "STOP");
      service.signal("eu-c", "STOP");
      List<CompletableFuture<Void>> waiting = new ArrayList<>();
      for (int id = 1; id <= 5; id++) {
        String sql = "INSERT INTO orders VALUES (" + id + ", 'short')";
        waiting.add(commits.run(sql));
        Await.until("a commit waits", LONG, () -> commits.waits(sql));
        statement.execute("INSERT INTO orders VALUES (" + (1000 + id) + ", 'long')");
        commits.unpublished();
      }
      Await.until("twenty statuses", LONG, commits.sentStatuses(20));
      assertThat(waiting).noneMatch(CompletableFuture::isDone);
      service.signal("eu-c", "CONT");
      for (CompletableFuture<Void> each : waiting) {
        each.get(30, TimeUnit.SECONDS);
      }
      open.commit();
      service.signal("eu-b", "CONT");
    }
    service.awaitEqual("eu-a");
    assertThat(service.defects()).isEmpty();
  }
}
