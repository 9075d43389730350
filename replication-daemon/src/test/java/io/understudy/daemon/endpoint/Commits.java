package io.understudy.daemon.endpoint;

import io.understudy.daemon.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Commits on a primary, some of which wait, and the statuses that it hears meanwhile. */
final class Commits implements AutoCloseable {
  private final TestDatabase primary;
  private final ExecutorService clients = Executors.newCachedThreadPool();

  Commits(TestDatabase primary) {
    this.primary = primary;
  }

  /** Done when COMMIT has returned. */
  CompletableFuture<Void> run(String sql) {
    return CompletableFuture.runAsync(
        () -> {
          try (Connection connection = primary.connect();
              Statement statement = connection.createStatement()) {
            statement.execute(sql);
          } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
          }
        },
        clients);
  }

  /** Whether the server makes this statement's COMMIT wait. */
  boolean waits(String sql) {
    return primary
        .query(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = '"
                + sql.replace("'", "''")
                + "'")
        .equals("1");
  }

  /** A commit that waits for nobody, and makes the server ask for, and get, its status. */
  void unpublished() {
    primary.execute("SET synchronous_commit = local; CREATE TABLE s (id integer); DROP TABLE s");
  }

  /** Counts changes of the time of the last reply, as the server sees it. */
  Callable<Boolean> sentStatuses(int count) {
    Set<String> seen = new HashSet<>();
    return () -> {
      seen.add(
          primary.query(
              "SELECT max(reply_time) FROM pg_stat_replication r JOIN pg_replication_slots s"
                  + " ON s.active_pid = r.pid WHERE s.database = current_database()"));
      return seen.size() > count;
    };
  }

  @Override
  public void close() {
    clients.shutdownNow();
  }
}
