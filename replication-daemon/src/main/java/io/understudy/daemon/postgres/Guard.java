package io.understudy.daemon.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Closes one endpoint's database in time: a session inside the server that goes on when the daemon
 * was stopped or has died. It counts by the server's clock, which must not be set back meanwhile.
 * All methods block; one owner.
 */
public final class Guard {
  /** How long the database may still be open, as of now. */
  public interface Deadline {
    /** Milliseconds, by any clock that is no slower than the server's. */
    long leftMillis();
  }

  /** A session that watches. */
  private record Watch(Connection connection, int pid, Thread thread) {}

  private static final Duration PATIENCE = Duration.ofSeconds(4);
  private static final long PAUSE_NANOS = 2_000_000;
  private static final String SCRIPT = "guard.sql";

  private final Server server;
  private final InstantSource clock;
  private @Nullable Watch watch;
  private @Nullable Connection extending;

  public Guard(Server server, InstantSource clock) {
    this.server = server;
    this.clock = clock;
  }

  /**
   * From the return on the server closes the database at the deadline, unless that is extended.
   *
   * @param ballot with which it closes: the epoch
   */
  public void post(long ballot, Deadline deadline) throws SQLException {
    try (Connection connection = server.control();
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_advisory_lock(hashtext('understudy'))");
      statement.execute(script());
    }
    OptionalInt _ =
        write(
            "INSERT INTO understudy.lease (ballot, until, guard)"
                + " VALUES (?, ?::timestamptz + ? * interval '1 ms', 0)"
                + " ON CONFLICT (single) DO UPDATE SET ballot = excluded.ballot, until = excluded.until"
                + " RETURNING guard",
            ballot,
            deadline);
    stand(ballot);
  }

  /**
   * Extends the time.
   *
   * @return false if the database is closed, or closes now
   */
  public boolean extend(long ballot, Deadline deadline) throws SQLException {
    OptionalInt guard =
        write(
            "WITH asked (ballot, since, millis) AS (VALUES (?::bigint, ?::timestamptz, ?::bigint))"
                + " UPDATE understudy.lease AS l SET until = since + millis * interval '1 ms'"
                + " FROM asked WHERE l.ballot = asked.ballot RETURNING l.guard",
            ballot,
            deadline);
    if (guard.isPresent() && !stands(guard.getAsInt())) {
      stand(ballot); // Somebody ended its session.
    }
    return guard.isPresent();
  }

  private boolean stands(int guard) {
    Watch watching = watch;
    return watching != null && watching.thread.isAlive() && watching.pid == guard;
  }

  /**
   * Keeps the guard from closing before the caller's transaction ends.
   *
   * @throws SQLException if there is no guard for this ballot, or it closes already
   */
  static void hold(Connection connection, long ballot) throws SQLException {
    try (Statement limit = connection.createStatement();
        PreparedStatement statement =
            connection.prepareStatement(
                "SELECT FROM understudy.lease WHERE ballot = ? AND guard <> 0"
                    + " AND until > clock_timestamp() FOR SHARE")) {
      // If we are stopped in the middle, the server gives up what we began.
      limit.execute("SET LOCAL idle_in_transaction_session_timeout = '500ms'");
      statement.setLong(1, ballot);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          throw new SQLException("the lease was over before the database was open", "55000");
        }
      }
    }
  }

  /** Nobody closes the database any more. */
  public void dismiss() throws SQLException {
    try (Connection connection = server.control();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT to_regclass('understudy.lease') IS NULL")) {
      row.next();
      if (!row.getBoolean(1)) {
        statement.execute("DELETE FROM understudy.lease");
      }
    }
  }

  /** Lets go of the server. A session that watches goes on watching. */
  public void leave() {
    close(extending);
    extending = null;
    if (watch != null) {
      close(watch.connection);
    }
  }

  /** The server's reading comes first: what is left was counted later, so it is never too much. */
  private OptionalInt write(String sql, long ballot, Deadline deadline) throws SQLException {
    Connection connection = extending;
    if (connection == null) {
      connection = server.control();
      extending = connection;
    }
    try (Statement read = connection.createStatement();
        ResultSet reading = read.executeQuery("SELECT clock_timestamp()::text");
        PreparedStatement write = connection.prepareStatement(sql)) {
      reading.next();
      long leftMillis = deadline.leftMillis();
      if (leftMillis <= 0) { // We were stopped: it must not be open again, not for a moment.
        throw new SQLException(server + ": the lease is over", "55000");
      }
      write.setLong(1, ballot);
      write.setString(2, reading.getString(1));
      write.setLong(3, leftMillis);
      try (ResultSet row = write.executeQuery()) {
        return row.next() ? OptionalInt.of(row.getInt(1)) : OptionalInt.empty();
      }
    } catch (SQLException e) {
      extending = null;
      close(connection);
      throw e;
    }
  }

  /** A new session watches; one that watched before leaves when it sees that. */
  private void stand(long ballot) throws SQLException {
    Connection connection = server.guarding();
    int pid;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
      row.next();
      pid = row.getInt(1);
    }
    Thread thread = Thread.ofVirtual().start(() -> watch(connection, ballot));
    watch = new Watch(connection, pid, thread);
    Instant deadline = clock.instant().plus(PATIENCE);
    while (!watches(pid)) {
      if (!thread.isAlive() || clock.instant().isAfter(deadline)) {
        throw new SQLException(server + ": nobody watches understudy.lease", "55000");
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
  }

  private void watch(Connection connection, long ballot) {
    try (connection;
        PreparedStatement call = connection.prepareStatement("CALL understudy.guard(?, ?::name)")) {
      call.setLong(1, ballot);
      call.setString(2, server.applicationRole());
      call.execute();
    } catch (SQLException e) {
      LockSupport.unpark(Thread.currentThread()); // Who extends sees that nobody watches.
    }
  }

  private boolean watches(int pid) throws SQLException {
    try (Connection connection = server.control();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("SELECT FROM understudy.lease WHERE guard = " + pid)) {
      return row.next();
    }
  }

  private static void close(@Nullable Connection connection) {
    if (connection != null) {
      try {
        connection.abort(Runnable::run);
      } catch (SQLException e) {
        return; // It is gone.
      }
    }
  }

  private static String script() throws SQLException {
    try (InputStream text = Guard.class.getResourceAsStream(SCRIPT)) {
      if (text == null) {
        throw new IllegalStateException(SCRIPT + " is not in this program");
      }
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new SQLException("cannot read " + SCRIPT, "58030", e);
    }
  }
}
