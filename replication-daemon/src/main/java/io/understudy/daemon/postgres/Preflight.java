package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Finds, before anything starts, what would break the replication; each with its remedy. */
public final class Preflight {
  private final List<String> problems = new ArrayList<>();

  /**
   * Checks a primary.
   *
   * @return its tables
   * @throws SQLException if it does not answer
   */
  public Catalogue primary(Server server) throws SQLException {
    try (Connection connection = server.control()) {
      if (!"logical".equals(setting(connection, "wal_level"))) {
        problems.add(
            server + ": wal_level is not logical; set wal_level = logical and restart the server");
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
        problems.add(
            server + ": fsync is off, so nothing it holds is durable; set fsync = on and restart");
      }
      compare(server, primary, Catalogue.read(connection));
      role(server, connection);
    }
  }

  /** Throws if anything was found. */
  public void require() {
    if (!problems.isEmpty()) {
      throw new PreflightException(problems);
    }
  }

  private void identity(Server server, Catalogue.Table table) {
    String name = table.name().toString();
    if (table.persistence() == 'u') {
      problems.add(
          server + ": table " + name + " is unlogged; ALTER TABLE " + name + " SET LOGGED");
    } else if (!table.publishable()) {
      // Its object id is a system one: a publication takes it and never says a word about it.
      problems.add(
          server
              + ": table "
              + name
              + " was made in single-user mode, and PostgreSQL publishes no change of it; make it"
              + " anew with a running server");
    } else if (table.identity() == 'd' && table.keyless()) {
      problems.add(
          server
              + ": table "
              + name
              + " has no primary key, so its updates and deletes name no row; add one, or ALTER"
              + " TABLE "
              + name
              + " REPLICA IDENTITY FULL");
    } else if (table.identity() == 'n' || (table.identity() == 'i' && !table.identityIsKey())) {
      problems.add(
          server
              + ": table "
              + name
              + " has a replica identity that is not its primary key; ALTER TABLE "
              + name
              + " REPLICA IDENTITY "
              + (table.keyless() ? "FULL" : "DEFAULT"));
    }
  }

  private void compare(Server server, Catalogue primary, Catalogue shadow) {
    for (Catalogue.Table table : primary.tables().values()) {
      Catalogue.Table other = shadow.tables().get(table.name());
      if (other == null) {
        problems.add(server + ": table " + table.name() + " is missing; create it there");
      } else if (!table.columns().equals(other.columns()) || !table.key().equals(other.key())) {
        problems.add(
            server
                + ": table "
                + table.name()
                + " differs from the primary's, "
                + shape(other)
                + " instead of "
                + shape(table)
                + "; apply the same schema change there");
      }
    }
    for (TableName name : shadow.tables().keySet()) {
      if (!primary.tables().containsKey(name)) {
        problems.add(server + ": table " + name + " is not on the primary; drop it, or create it");
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
        String role = "application role " + server.applicationRole();
        if (!row.next()) {
          problems.add(server + ": " + role + " is missing; CREATE ROLE it with LOGIN");
        } else if (row.getBoolean(1)) {
          problems.add(
              server
                  + ": "
                  + role
                  + " is a superuser and cannot be refused; ALTER ROLE NOSUPERUSER");
        } else if (row.getBoolean(2)) {
          problems.add(
              server
                  + ": "
                  + role
                  + " owns tables and cannot be refused; give them another owner (ALTER TABLE ..."
                  + " OWNER TO)");
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
