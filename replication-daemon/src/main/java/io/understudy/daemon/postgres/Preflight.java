package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds, before anything starts, what would break the replication; each with its remedy. What is
 * here stops a replication from starting; the command {@code preflight} looks at more.
 */
public final class Preflight {
  // A server may be looked at as what it is and as what it can become.
  private final Set<Finding> findings = new LinkedHashSet<>();

  /**
   * Checks a primary.
   *
   * @return its tables
   * @throws SQLException if it does not answer
   */
  public Catalogue primary(Server server) throws SQLException {
    try (Connection connection = server.control()) {
      String level = setting(connection, "wal_level");
      if (!"logical".equals(level)) {
        add(
            server,
            "wal_level",
            "wal_level is not logical but " + level,
            "set wal_level = logical and restart the server");
      }
      Catalogue catalogue = Catalogue.read(connection);
      catalogue.tables().values().forEach(table -> identity(server, table));
      role(server, connection);
      return catalogue;
    }
  }

  /**
   * Checks a shadow against the primary's tables.
   *
   * @throws SQLException if it does not answer
   */
  public void shadow(Server server, Catalogue primary) throws SQLException {
    try (Connection connection = server.control()) {
      if (!"on".equals(setting(connection, "fsync"))) {
        add(
            server,
            "fsync",
            "fsync is off, so nothing it holds is durable",
            "set fsync = on and restart the server");
      }
      compare(server, primary, Catalogue.read(connection));
      role(server, connection);
    }
  }

  /** Everything found so far, all of them errors. */
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** Throws if anything was found. */
  public void require() {
    if (!findings.isEmpty()) {
      throw new PreflightException(findings.stream().map(Finding::toString).toList());
    }
  }

  private void add(Server server, String check, String what, String remedy) {
    findings.add(Finding.error(server.endpoint(), check, what, remedy));
  }

  private void identity(Server server, Catalogue.Table table) {
    String check = "replica identity";
    String name = "table " + table.name();
    String alter = "ALTER TABLE " + table.name();
    if (table.persistence() == 'u') {
      add(server, "unlogged tables", name + " is unlogged", alter + " SET LOGGED");
    } else if (!table.publishable()) {
      // Its object id is a system one: a publication takes it and never says a word about it.
      add(
          server,
          "publishable tables",
          name + " was made in single-user mode, and PostgreSQL publishes no change of it",
          "make it anew with a running server");
    } else if (table.identity() == 'd' && table.keyless()) {
      add(
          server,
          check,
          name + " has no primary key, so its updates and deletes name no row",
          "add one, or " + alter + " REPLICA IDENTITY FULL");
    } else if (table.identity() == 'n' || (table.identity() == 'i' && !table.identityIsKey())) {
      add(
          server,
          check,
          name + " has a replica identity that is not its primary key",
          alter + " REPLICA IDENTITY " + (table.keyless() ? "FULL" : "DEFAULT"));
    }
  }

  private void compare(Server server, Catalogue primary, Catalogue shadow) {
    for (Catalogue.Table table : primary.tables().values()) {
      Catalogue.Table other = shadow.tables().get(table.name());
      String name = "table " + table.name();
      if (table.own()) {
        continue;
      }
      if (other == null) {
        add(server, "tables", name + " is missing", "create it there");
      } else if (!table.columns().equals(other.columns()) || !table.key().equals(other.key())) {
        add(
            server,
            "tables",
            name + " differs from the primary's, " + shape(other) + " instead of " + shape(table),
            "apply the same schema change there");
      }
    }
    for (TableName name : shadow.tables().keySet()) {
      if (!primary.tables().containsKey(name) && !shadow.tables().get(name).own()) {
        add(
            server,
            "tables",
            "table " + name + " is not on the primary",
            "drop it there, or create it on the primary");
      }
    }
  }

  private static String shape(Catalogue.Table table) {
    List<String> columns =
        table.columns().stream().map(column -> column.name() + " " + column.type()).toList();
    return columns + " key " + table.key();
  }

  private void role(Server server, Connection connection) throws SQLException {
    String query =
        """
        SELECT r.rolsuper, EXISTS (SELECT FROM pg_class c JOIN pg_namespace n
            ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_'
            AND pg_has_role(r.oid, c.relowner, 'USAGE'))
        FROM pg_roles r WHERE r.rolname = ?
        """;
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, server.applicationRole());
      try (ResultSet row = statement.executeQuery()) {
        String check = "application role";
        String role = check + " " + server.applicationRole();
        if (!row.next()) {
          add(
              server,
              check,
              role + " is missing",
              "CREATE ROLE " + server.applicationRole() + " LOGIN");
        } else if (row.getBoolean(1)) {
          add(
              server,
              check,
              role + " is a superuser and cannot be refused",
              "ALTER ROLE " + server.applicationRole() + " NOSUPERUSER");
        } else if (row.getBoolean(2)) {
          add(
              server,
              check,
              role + " owns tables and cannot be refused",
              "give them another owner (ALTER TABLE ... OWNER TO)");
        }
      }
    }
  }

  private static String setting(Connection connection, String name) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW " + name)) {
      row.next();
      return row.getString(1);
    }
  }
}
