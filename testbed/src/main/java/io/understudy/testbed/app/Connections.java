package io.understudy.testbed.app;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Properties;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A bounded number of connections to the database, for many threads.
 *
 * <p>It fails fast: a server that is gone refuses at once and nobody waits for it to come back; a
 * broken connection takes the idle ones with it, because they broke in the same moment.
 */
final class Connections {
  private static final int WAIT_MILLIS_MAX = 500;
  private static final String CONNECT_SECONDS_MAX = "1";
  private static final String ANSWER_SECONDS_MAX = "3";

  private final AppSettings.Database database;
  private final int max;
  private final Semaphore free;
  private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();

  /** Work on a connection in auto-commit mode. */
  @FunctionalInterface
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  Connections(AppSettings.Database database, int max) {
    this.database = database;
    this.max = max;
    this.free = new Semaphore(max);
  }

  /**
   * Does work on a connection of its own.
   *
   * @throws SQLTransientConnectionException if there was no connection, so that nothing happened
   * @throws SQLException from the work itself
   */
  <T> T with(Work<T> work) throws SQLException {
    acquire();
    try {
      return onConnection(work);
    } finally {
      free.release();
    }
  }

  int active() {
    return max - free.availablePermits();
  }

  int max() {
    return max;
  }

  /** Closes what is idle. */
  void dropIdle() {
    for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
      close(connection);
    }
  }

  /** Whether the connection, and not the statement, is at fault. */
  static boolean broken(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return state.startsWith("08") || state.startsWith("57P");
  }

  private void acquire() throws SQLTransientConnectionException {
    try {
      if (free.tryAcquire(WAIT_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new SQLTransientConnectionException("all " + max + " connections are busy", "53300");
  }

  private <T> T onConnection(Work<T> work) throws SQLException {
    Connection known = idle.poll();
    Connection connection = known == null ? open() : known;
    boolean usable = false;
    try {
      T result = work.on(connection);
      usable = true;
      return result;
    } catch (SQLException e) {
      usable = !broken(e);
      throw e;
    } finally {
      if (usable) {
        idle.push(connection);
      } else {
        close(connection);
        dropIdle();
      }
    }
  }

  private Connection open() throws SQLTransientConnectionException {
    Properties properties = new Properties();
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("connectTimeout", CONNECT_SECONDS_MAX);
    properties.setProperty("loginTimeout", CONNECT_SECONDS_MAX);
    properties.setProperty("socketTimeout", ANSWER_SECONDS_MAX);
    properties.setProperty("ApplicationName", "understudy-sample");
    try {
      return DriverManager.getConnection(database.url(), properties);
    } catch (SQLException e) {
      throw new SQLTransientConnectionException(e.getMessage(), e.getSQLState(), e);
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      // It was broken already: there is nothing left to close.
    }
  }
}
