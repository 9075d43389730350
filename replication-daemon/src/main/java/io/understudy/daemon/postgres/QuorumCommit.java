package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import io.understudy.model.Lsn;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;

/**
 * Makes a server's COMMIT wait for one stream's confirmation ({@code synchronous_standby_names}).
 * It holds for the whole server. All methods block.
 */
public final class QuorumCommit {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final long PAUSE_NANOS = 5_000_000;
  private static final String RELOAD = "SELECT pg_reload_conf()";
  private static final String NO_RELOAD = "";

  private final Server server;
  private final String standby;
  private final InstantSource clock;

  /**
   * @param standby the stream's application_name
   */
  public QuorumCommit(Server server, String standby, InstantSource clock) {
    this.server = server;
    this.standby = standby;
    this.clock = clock;
  }

  /**
   * From the return on every COMMIT waits, unless its session asks for less. The stream must not
   * run yet: that a commit waits is tried out.
   *
   * @throws SQLException if the server does not take the setting
   */
  public void tighten() throws SQLException {
    if (!setting().equals(asking(1))) {
      set(asking(1));
    }
    awaitWaiting();
  }

  private void awaitWaiting() throws SQLException {
    Instant deadline = clock.instant().plus(PATIENCE);
    while (!waits()) {
      if (clock.instant().isAfter(deadline)) {
        throw new SQLException(
            server
                + ": commits do not wait although synchronous_standby_names is "
                + setting()
                + "; look whether another standby calls itself "
                + standby,
            "55000");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  /**
   * The same while the stream runs and confirms at once, which nobody could tell from not waiting:
   * for a moment two such streams are asked for, which are never there.
   *
   * @return everything that did not wait is at or before this
   */
  public Lsn tightenBesideTheStream() throws SQLException {
    set(asking(2));
    awaitWaiting();
    set(asking(1));
    try (Connection connection = server.control();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_wal_insert_lsn()::text")) {
      row.next();
      return Lsn.parse(row.getString(1));
    }
  }

  /** No COMMIT waits for the stream; a setting that is not ours stays. */
  public void relax() throws SQLException {
    String setting = setting();
    if (setting.isEmpty() || isOurs(setting)) {
      alter(
          "ALTER SYSTEM RESET synchronous_standby_names",
          RELOAD); // Also what relaxUntilRestart left.
    }
  }

  /**
   * No COMMIT waits for the stream until the server starts anew, or somebody reloads its
   * configuration: then they wait again.
   */
  public void relaxUntilRestart() throws SQLException {
    relax();
    Instant deadline = clock.instant().plus(PATIENCE);
    while (waitsAgain()) {
      if (clock.instant().isAfter(deadline)) {
        throw new SQLException(
            server + ": commits wait although synchronous_standby_names is " + setting(), "55000");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    set(asking(1), NO_RELOAD);
  }

  /** Whether commits wait for a standby, as far as that can be seen. */
  public boolean waitsAgain() throws SQLException {
    try (Connection connection = server.control();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT current_setting('synchronous_standby_names') <> '' OR EXISTS"
                    + " (SELECT FROM pg_stat_activity WHERE wait_event = 'SyncRep')")) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private boolean isOurs(String setting) {
    return setting.equals(asking(1)) || setting.equals(asking(2));
  }

  private String asking(int streams) {
    return "ANY " + streams + " (" + TableName.quote(standby) + ")";
  }

  private String setting() throws SQLException {
    try (Connection connection = server.control();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW synchronous_standby_names")) {
      row.next();
      return row.getString(1);
    }
  }

  private void set(String value) throws SQLException {
    set(value, RELOAD);
  }

  private void set(String value, String then) throws SQLException {
    String quoted = "'" + value.replace("'", "''") + "'";
    alter("ALTER SYSTEM SET synchronous_standby_names = " + quoted, then);
  }

  private void alter(String sql, String then) throws SQLException {
    try (Connection connection = server.control();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
      statement.execute(then);
    }
  }

  /**
   * Sessions learn of the setting at once, but they wait only after the checkpointer has learnt of
   * it, and no view shows when. So one commits and is looked at.
   */
  private boolean waits() throws SQLException {
    try (Connection trial = server.control();
        Connection other = server.control();
        Statement commit = trial.createStatement();
        Statement look = other.createStatement()) {
      int pid = pid(commit);
      commit.execute("SET synchronous_commit = on");
      Thread trying = Thread.ofVirtual().start(() -> commitOnce(commit));
      boolean waiting = false;
      while (trying.isAlive() && !waiting) {
        waiting = isWaiting(look, pid);
        LockSupport.parkNanos(PAUSE_NANOS / 5);
      }
      if (waiting) {
        look.execute("SELECT pg_cancel_backend(" + pid + ")"); // It has committed, here.
      }
      trying.join();
      return waiting;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SQLException("interrupted", "57014", e);
    }
  }

  private static void commitOnce(Statement commit) {
    try {
      commit.execute("UPDATE understudy.fence SET ballot = ballot");
    } catch (SQLException e) {
      Thread.currentThread().interrupt(); // Not waiting: it is tried again.
    }
  }

  private static int pid(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      return row.getInt(1);
    }
  }

  private static boolean isWaiting(Statement look, int pid) throws SQLException {
    try (ResultSet row =
        look.executeQuery(
            "SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = " + pid)) {
      return row.next() && row.getBoolean(1);
    }
  }
}
