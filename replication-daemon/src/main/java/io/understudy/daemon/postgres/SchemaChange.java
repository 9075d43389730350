package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A statement that changed the schema on the primary, as a row of the replicated table {@code
 * understudy.ddl}: it arrives at a shadow between the rows before it and the rows after it.
 *
 * @param id unique name of the row
 * @param role the role that ran it, which owns what it makes
 * @param searchPath setting of the session that ran it
 * @param command its text
 */
public record SchemaChange(String id, String role, String searchPath, String command) {
  public static final TableName TABLE = new TableName("understudy", "ddl");

  private static final String RECORD =
      "INSERT INTO understudy.ddl (role, search_path, command)"
          + " VALUES (current_user, current_setting('search_path'), ?)";

  /** Enough of it to find it again. */
  public String head() {
    return Migration.head(command);
  }

  /** Says that the statement has just been run in this transaction of the primary. */
  static void record(Connection primary, String command) throws SQLException {
    try (PreparedStatement statement = primary.prepareStatement(RECORD)) {
      statement.setString(1, command);
      statement.execute();
    }
  }

  /** Those that the primary has recorded and this shadow has not run, in order. */
  public static List<SchemaChange> pending(Connection primary, Connection shadow)
      throws SQLException {
    Set<String> known = new HashSet<>();
    try (Statement statement = shadow.createStatement();
        ResultSet row = statement.executeQuery("SELECT id::text FROM understudy.ddl")) {
      while (row.next()) {
        known.add(row.getString(1));
      }
    }
    List<SchemaChange> pending = new ArrayList<>();
    try (Statement statement = primary.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT id::text, role, search_path, command FROM understudy.ddl ORDER BY at")) {
      while (row.next()) {
        if (!known.contains(row.getString(1))) {
          pending.add(
              new SchemaChange(
                  row.getString(1), row.getString(2), row.getString(3), row.getString(4)));
        }
      }
    }
    return pending;
  }

  /**
   * Runs it on a shadow, inside the caller's transaction, as the role that ran it on the primary.
   * The shadow's application may write afterwards no more than before.
   */
  public void replay(Server shadow, Connection connection) throws SQLException {
    try (PreparedStatement path =
            connection.prepareStatement("SELECT set_config('search_path', ?, true)");
        Statement statement = connection.createStatement()) {
      path.setString(1, searchPath);
      path.execute();
      statement.execute("SET LOCAL ROLE " + TableName.quote(role));
      statement.execute(command);
      statement.execute("SET LOCAL ROLE NONE");
      statement.execute("SET LOCAL search_path TO DEFAULT");
    }
    Access.refuseWithin(connection, shadow.applicationRole());
  }

  /**
   * Runs what is pending, each with its row, before a copy: the copy brings rows of tables as they
   * are now.
   */
  public static int catchUp(Server primary, Server shadow) throws SQLException {
    try (Connection from = primary.control();
        Connection to = shadow.bulk()) {
      to.setAutoCommit(false);
      List<SchemaChange> pending = pending(from, to);
      for (SchemaChange change : pending) {
        change.replay(shadow, to);
        change.store(to);
      }
      to.commit();
      return pending.size();
    }
  }

  private void store(Connection connection) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            "INSERT INTO understudy.ddl (id, role, search_path, command) VALUES (?::uuid, ?, ?, ?)")) {
      statement.setString(1, id);
      statement.setString(2, role);
      statement.setString(3, searchPath);
      statement.setString(4, command);
      statement.execute();
    }
  }
}
