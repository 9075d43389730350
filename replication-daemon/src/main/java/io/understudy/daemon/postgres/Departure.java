package io.understudy.daemon.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * How one server gets rid of everything that a service of ours put there. Reads only; what it finds
 * becomes SQL that leaves the server as it was before.
 *
 * @param statements in order, without semicolons; {@code BEGIN} and {@code COMMIT} among them
 * @param users what still uses it, each a sentence; while there is any, nothing should be run
 */
public record Departure(List<String> statements, List<String> users) {
  public Departure {
    statements = List.copyOf(statements);
    users = List.copyOf(users);
  }

  private static final String USERS =
      """
      SELECT format('slot %s is in use by process %s of the server', slot_name, active_pid)
      FROM pg_replication_slots
      WHERE active AND database = current_database() AND slot_name ^@ ?
      UNION ALL
      SELECT format('a daemon is connected to database %s from %s as process %s', datname,
        coalesce(host(client_addr), 'this machine'), pid)
      FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND application_name ~* '^(understudy|debezium)'
      """;

  private static final String SLOTS =
      """
      SELECT format('SELECT pg_drop_replication_slot(%L)', slot_name) FROM pg_replication_slots
      WHERE database = current_database() AND slot_name ^@ ? ORDER BY slot_name
      """;

  private static final String PUBLICATION =
      "SELECT format('DROP PUBLICATION %I', pubname) FROM pg_publication WHERE pubname = ?";

  private static final String ORIGIN =
      "SELECT format('SELECT pg_replication_origin_drop(%L)', roname) FROM pg_replication_origin"
          + " WHERE roname = ?";

  private static final String EVENT_TRIGGERS =
      """
      SELECT format('DROP EVENT TRIGGER %I', t.evtname) FROM pg_event_trigger t
      JOIN pg_proc p ON p.oid = t.evtfoid JOIN pg_namespace n ON n.oid = p.pronamespace
      WHERE n.nspname = 'understudy' ORDER BY t.evtname
      """;

  /** Rows of one service, for a database that another service of ours still uses. */
  private static final String ROWS =
      """
      SELECT format('DELETE FROM %s WHERE service = %%L', a.attrelid::regclass) FROM pg_attribute a
      JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
      JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'understudy' AND a.attname = 'service' ORDER BY c.relname
      """;

  private static final String STANDBYS =
      """
      SELECT 'ALTER SYSTEM RESET synchronous_standby_names' FROM pg_settings
      WHERE name = 'synchronous_standby_names' AND (setting ~* '\\munderstudy'
        OR setting = '' AND to_regclass('understudy.lease') IS NOT NULL)
      """;

  /**
   * Looks at a server.
   *
   * @param service name of the service
   * @param shared whether another service of ours keeps its state in the same database
   * @throws SQLException if it does not answer
   */
  public static Departure of(Server server, String service, boolean shared) throws SQLException {
    String own = "understudy_" + service.replace('-', '_');
    try (Connection connection = server.control()) {
      List<String> statements = new ArrayList<>(rows(connection, SLOTS, own + "_"));
      List<String> together = new ArrayList<>(rows(connection, PUBLICATION, own));
      if (exists(connection, "understudy")) {
        together.addAll(shared ? leave(connection, service) : dissolve(connection, server));
      }
      if (!together.isEmpty()) {
        statements.add("BEGIN");
        statements.addAll(together);
        statements.add("COMMIT");
      }
      String origin = new ReplicationOrigin(service, server.endpoint()).name();
      statements.addAll(rows(connection, ORIGIN, origin));
      if (!shared && !rows(connection, STANDBYS).isEmpty()) {
        statements.addAll(rows(connection, STANDBYS));
        statements.add("SELECT pg_reload_conf()");
      }
      return new Departure(statements, rows(connection, USERS, own + "_"));
    }
  }

  /**
   * What the role may do and the memory of it go in one transaction, so that it can be repeated.
   */
  private static List<String> dissolve(Connection connection, Server server) throws SQLException {
    List<String> statements = new ArrayList<>();
    if (!rows(connection, "SELECT 1 WHERE to_regclass('understudy.original') IS NOT NULL")
        .isEmpty()) {
      statements.addAll(new OriginalPrivileges(server.applicationRole()).restoring(connection));
    }
    statements.addAll(rows(connection, EVENT_TRIGGERS));
    statements.add("DROP SCHEMA understudy CASCADE");
    return statements;
  }

  private static List<String> leave(Connection connection, String service) throws SQLException {
    String literal = "'" + service.replace("'", "''") + "'";
    return rows(connection, ROWS).stream().map(row -> row.replace("%L", literal)).toList();
  }

  private static boolean exists(Connection connection, String schema) throws SQLException {
    return !rows(connection, "SELECT 1 FROM pg_namespace WHERE nspname = ?", schema).isEmpty();
  }

  private static List<String> rows(Connection connection, String query, String... arguments)
      throws SQLException {
    List<String> rows = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      for (int i = 0; i < arguments.length; i++) {
        statement.setString(i + 1, arguments[i]);
      }
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          rows.add(row.getString(1));
        }
      }
    }
    return rows;
  }

  /** Runs the statements; repeating is harmless, because what is gone is not found again. */
  public void run(Server server) throws SQLException {
    try (Connection connection = server.control()) {
      for (String sql : statements) {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
          statement.execute();
        }
      }
    }
  }
}
