package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;

/** Creates what Understudy keeps inside an endpoint's database: schema {@code understudy}. */
public final class Bootstrap {
  private Bootstrap() {}

  private static final String SCHEMA_FOR_ROLE =
      """
      CREATE SCHEMA IF NOT EXISTS understudy;
      CREATE TABLE IF NOT EXISTS understudy.heartbeat (
        service text PRIMARY KEY, epoch bigint NOT NULL, reading bigint NOT NULL);
      CREATE TABLE IF NOT EXISTS understudy.sequences (
        service text, schema_name text, sequence_name text, last_value bigint,
        per_second bigint NOT NULL, reading bigint NOT NULL,
        PRIMARY KEY (service, schema_name, sequence_name));
      CREATE TABLE IF NOT EXISTS understudy.applied (
        service text PRIMARY KEY, epoch bigint NOT NULL, lsn pg_lsn NOT NULL);
      CREATE TABLE IF NOT EXISTS understudy.divergence (
        service text PRIMARY KEY, epoch bigint NOT NULL, lsn pg_lsn NOT NULL, what text NOT NULL);
      CREATE TABLE IF NOT EXISTS understudy.fence (
        single boolean PRIMARY KEY DEFAULT true CHECK (single), ballot bigint NOT NULL);
      INSERT INTO understudy.fence (ballot) VALUES (0) ON CONFLICT DO NOTHING;
      CREATE TABLE IF NOT EXISTS understudy.original (
        role text, kind text, object oid, part smallint, privileges text[] NOT NULL,
        PRIMARY KEY (role, kind, object, part));
      CREATE TABLE IF NOT EXISTS understudy.ddl (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        role text NOT NULL, search_path text NOT NULL, command text NOT NULL);
      CREATE TABLE IF NOT EXISTS understudy.reign (service text PRIMARY KEY, epoch bigint NOT NULL);
      DO $$ BEGIN IF to_regprocedure('understudy.fence(bigint)') IS NULL THEN
        CREATE FUNCTION understudy.fence(asked bigint) RETURNS bigint LANGUAGE sql AS
          'UPDATE understudy.fence SET ballot = greatest(ballot, asked) RETURNING ballot';
        REVOKE ALL ON FUNCTION understudy.fence(bigint) FROM PUBLIC;
      END IF; END $$;
      GRANT USAGE ON SCHEMA understudy TO ROLE_NAME;
      GRANT SELECT ON understudy.heartbeat TO ROLE_NAME;
      """;

  /** Creates what is missing; does nothing otherwise. */
  public static void schema(Server server) throws SQLException {
    try (Connection connection = server.control()) {
      connection.setAutoCommit(false);
      try (Statement statement = connection.createStatement()) {
        // Two at once would both find the schema missing.
        statement.execute("SELECT pg_advisory_xact_lock(hashtext('understudy'))");
        statement.execute(
            SCHEMA_FOR_ROLE.replace("ROLE_NAME", TableName.quote(server.applicationRole())));
      }
      connection.commit();
    }
  }

  /**
   * Makes the publication name exactly these tables.
   *
   * @return whether it was already so; if not, a slot that exists knows nothing of the new tables
   */
  public static boolean publication(Server server, String name, Catalogue catalogue)
      throws SQLException {
    try (Connection connection = server.control()) {
      connection.setAutoCommit(false);
      Set<TableName> before = published(connection, name);
      if (before.equals(catalogue.tables().keySet())) {
        return true;
      }
      String tables =
          catalogue.tables().keySet().stream()
              .map(table -> "ONLY " + table.quoted())
              .collect(Collectors.joining(", "));
      String quoted = TableName.quote(name);
      try (Statement statement = connection.createStatement()) {
        statement.execute("DROP PUBLICATION IF EXISTS " + quoted);
        statement.execute("CREATE PUBLICATION " + quoted + " FOR TABLE " + tables);
      }
      connection.commit();
      return false;
    }
  }

  private static Set<TableName> published(Connection connection, String name) throws SQLException {
    Set<TableName> tables = new LinkedHashSet<>();
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = ?")) {
      statement.setString(1, name);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          tables.add(new TableName(rows.getString(1), rows.getString(2)));
        }
      }
    }
    return tables;
  }
}
