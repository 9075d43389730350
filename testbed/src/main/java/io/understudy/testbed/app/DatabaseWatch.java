package io.understudy.testbed.app;

import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the database a few times a second whether this endpoint may serve reads, on a connection of
 * its own. For one event loop.
 */
final class DatabaseWatch {
  private static final Logger log = LoggerFactory.getLogger(DatabaseWatch.class);
  private static final int PAUSE_MILLIS = 300;

  private final Vertx vertx;
  private final Blocking blocking;
  private final Connections connections;
  private final String service;
  private final Duration staleReadsMax;
  private State state = new Silent("not asked yet");

  /** What the database says. */
  sealed interface State permits Primary, Shadow, Silent {}

  /** The application may write here. */
  record Primary() implements State {}

  /**
   * The application may only read here.
   *
   * @param ageMillis how old the newest heartbeat is; 0 while none ever came
   */
  record Shadow(long ageMillis) implements State {}

  /** It does not answer. */
  record Silent(String reason) implements State {}

  DatabaseWatch(Vertx vertx, Blocking blocking, AppSettings settings) {
    this.vertx = vertx;
    this.blocking = blocking;
    this.connections = new Connections(settings.database(), 1);
    this.service = settings.service();
    this.staleReadsMax = settings.limits().staleReadsMax();
  }

  /** Asks now and then again and again. */
  void start() {
    blocking
        .run(() -> connections.with(this::ask))
        .otherwise(e -> new Silent(String.valueOf(e.getMessage())))
        .onSuccess(answer -> {
          note(answer);
          vertx.setTimer(PAUSE_MILLIS, ignored -> start());
        });
  }

  /** Why reads should go elsewhere; empty when they are welcome. */
  String objection() {
    return switch (state) {
      case Primary ignored -> "";
      case Silent(String reason) -> "the database does not answer: " + reason;
      case Shadow(long ageMillis) ->
          ageMillis <= staleReadsMax.toMillis() ? "" : "the data is " + ageMillis + " ms old";
    };
  }

  private void note(State answer) {
    String before = objection();
    state = answer;
    String now = objection();
    if (before.isEmpty() != now.isEmpty()) {
      log.info("reads {} cause={}", now.isEmpty() ? "refused -> served" : "served -> refused", now);
    }
  }

  private State ask(Connection connection) throws SQLException {
    try (PreparedStatement question =
        connection.prepareStatement(
            "select has_table_privilege(current_user, 'orders', 'INSERT'),"
                + " exists(select from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                + " where n.nspname = 'understudy' and c.relname = 'heartbeat'"
                + " and has_schema_privilege(current_user, n.oid, 'USAGE')"
                + " and has_table_privilege(current_user, c.oid, 'SELECT'))")) {
      try (ResultSet row = question.executeQuery()) {
        row.next();
        if (row.getBoolean(1)) {
          return new Primary();
        }
        return new Shadow(row.getBoolean(2) ? heartbeatAge(connection) : 0);
      }
    }
  }

  private long heartbeatAge(Connection connection) throws SQLException {
    try (PreparedStatement question =
        connection.prepareStatement(
            "select coalesce((extract(epoch from clock_timestamp()) * 1000)::bigint"
                + " - max(reading), 0) from understudy.heartbeat where service = ?")) {
      question.setString(1, service);
      try (ResultSet row = question.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
