package io.understudy.daemon.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The event triggers that record changes of a primary's schema, see {@link SchemaChange}. */
public final class DdlCapture {
  private static final String SCRIPT = "ddl-capture.sql";
  private static final List<String> TRIGGERS =
      List.of("understudy_ddl", "understudy_drop", "understudy_rewrite");

  private DdlCapture() {}

  /**
   * Sees to it that they are there, or are not.
   *
   * @throws PreflightException if they are missing and only a superuser may create them
   */
  public static void set(Server primary, boolean wanted) throws SQLException {
    try (Connection connection = primary.control();
        Statement statement = connection.createStatement()) {
      int there = count(statement);
      if (wanted && there < TRIGGERS.size()) {
        install(primary, statement);
      } else if (!wanted && there > 0) {
        for (String trigger : TRIGGERS) {
          statement.execute("DROP EVENT TRIGGER IF EXISTS " + trigger);
        }
      }
    }
  }

  private static int count(Statement statement) throws SQLException {
    String names = "'" + String.join("', '", TRIGGERS) + "'";
    try (ResultSet row =
        statement.executeQuery(
            "SELECT count(*) FROM pg_event_trigger WHERE evtname IN (" + names + ")")) {
      row.next();
      return row.getInt(1);
    }
  }

  private static void install(Server primary, Statement statement) throws SQLException {
    try {
      for (String part : SqlStatements.of(script())) {
        statement.execute(part);
      }
    } catch (SQLException e) {
      if (!SqlState.of(e).equals("42501")) {
        throw e;
      }
      throw new PreflightException(
          List.of(
              primary
                  + ": captureDdl needs event triggers, and only a superuser may create them; run"
                  + " replication-daemon/src/main/resources/io/understudy/daemon/postgres/"
                  + SCRIPT
                  + " there with psql as one, on every endpoint, or set captureDdl: false"));
    }
  }

  private static String script() {
    try (InputStream text = DdlCapture.class.getResourceAsStream(SCRIPT)) {
      if (text == null) {
        throw new IllegalStateException(SCRIPT + " is missing in the program");
      }
      return new String(text.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
