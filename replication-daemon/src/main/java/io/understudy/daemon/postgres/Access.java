package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import io.understudy.model.config.Topology;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The wall around one endpoint's database: whether its application may write. Every action is one
 * transaction that first raises or matches the ballot kept in that database and does nothing if a
 * higher one was there. All methods block, within the time-outs.
 */
public final class Access {
  /** What came of an action. */
  public sealed interface Verdict {
    /** It is done and durable. */
    record Done() implements Verdict {}

    /**
     * Somebody acts with a higher ballot; nothing was changed.
     *
     * @param ballot the higher ballot
     */
    record Outbid(long ballot) implements Verdict {}
  }

  /** Sessions that may still hold a write from before. */
  private static final String BUSY = "(state <> 'idle' OR backend_xid IS NOT NULL)";

  private static final String ALL = "true";

  /** Sessions that began to write while they were allowed to. */
  private static final String WRITING = "backend_xid IS NOT NULL";

  private final Server server;
  private final String role;
  private final OriginalPrivileges originals;

  public Access(Topology.Database database) {
    this.server = new Server("database", database);
    this.role = TableName.quote(database.applicationRole());
    this.originals = new OriginalPrivileges(database.applicationRole());
  }

  /** The application may read and write: only for the one open primary. */
  public Verdict open(long ballot) throws SQLException {
    return act(ballot, this::grant);
  }

  /**
   * The same, and from the same instant on the database counts as one that takes the service's own
   * writes in this epoch: what it contains is not what was applied last.
   *
   * @param epoch of the service, and the ballot
   */
  public Verdict open(String service, long epoch) throws SQLException {
    return act(epoch, (connection, schemas) -> reign(connection, schemas, service, epoch));
  }

  /**
   * The same, for a database that closes itself.
   *
   * @throws SQLException if nobody watches it, or its time is over
   */
  public Verdict openGuarded(String service, long epoch) throws SQLException {
    return act(
        epoch,
        (connection, schemas) -> {
          Guard.hold(connection, epoch); // Before the grants: it closes after them or not at all.
          reign(connection, schemas, service, epoch);
        });
  }

  private void reign(Connection connection, List<String> schemas, String service, long epoch)
      throws SQLException {
    grant(connection, schemas);
    new Reign(service).begin(connection, epoch);
  }

  /**
   * Takes no write of ballots before this one. A database that was opened or closed with this very
   * ballot stays as it is.
   */
  public Verdict closeBefore(long ballot) throws SQLException {
    Bootstrap.schema(server);
    try (Connection connection = server.control()) {
      if (ballot(connection) != ballot) {
        return close(ballot);
      }
      if (writable(connection).isEmpty()) {
        terminate(WRITING); // Whoever closed it may have died before this.
      }
      return new Verdict.Done();
    }
  }

  private void grant(Connection connection, List<String> schemas) throws SQLException {
    for (String schema : schemas) {
      execute(connection, "GRANT USAGE ON SCHEMA " + schema + " TO " + role);
      execute(
          connection,
          "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + schema + " TO " + role);
      execute(
          connection, "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA " + schema + " TO " + role);
    }
  }

  /**
   * The application may only read: for shadows. If it could write before, its busy sessions are
   * terminated, so that no write commits after this returned.
   *
   * @throws IllegalStateException if it can still write, because it owns a table or is a member of
   *     a role that may
   */
  public Verdict refuse(long ballot) throws SQLException {
    return shut(ballot, BUSY);
  }

  /** Like {@link #refuse}, and all sessions of the application are ended: for an old primary. */
  public Verdict close(long ballot) throws SQLException {
    return shut(ballot, ALL);
  }

  private Verdict shut(long ballot, String sessions) throws SQLException {
    boolean[] couldWrite = new boolean[1];
    Verdict verdict =
        act(
            ballot,
            (connection, schemas) -> {
              couldWrite[0] = !writable(connection).isEmpty();
              for (String schema : schemas) {
                revoke(connection, schema, role);
              }
              List<String> left = writable(connection);
              if (!left.isEmpty()) {
                throw new IllegalStateException(
                    "role "
                        + role
                        + " can still write "
                        + left
                        + ": revoke it from PUBLIC and from the roles it is a member of");
              }
            });
    if (verdict instanceof Verdict.Done && (couldWrite[0] || sessions.equals(ALL))) {
      terminate(sessions);
    }
    return verdict;
  }

  private static void revoke(Connection connection, String schema, String role)
      throws SQLException {
    execute(connection, "GRANT USAGE ON SCHEMA " + schema + " TO " + role);
    execute(
        connection,
        "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA "
            + schema
            + " FROM "
            + role);
    execute(
        connection, "REVOKE USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA " + schema + " FROM " + role);
    execute(connection, "GRANT SELECT ON ALL TABLES IN SCHEMA " + schema + " TO " + role);
  }

  /**
   * Takes the application's writes away inside the caller's transaction: for a shadow whose tables
   * have just changed. It cannot undo an opening, because nothing is applied any more by then.
   */
  static void refuseWithin(Connection connection, String applicationRole) throws SQLException {
    new OriginalPrivileges(applicationRole).remember(connection);
    for (String schema : schemas(connection)) {
      revoke(connection, schema, TableName.quote(applicationRole));
    }
  }

  /**
   * A statement checks privileges when it starts: one that had started may still be running.
   *
   * <p>All are told to end before any is waited for; one that has ended by itself is as good.
   */
  private void terminate(String sessions) throws SQLException {
    try (Connection connection = server.control()) {
      List<Integer> told = tellToEnd(connection, sessions);
      if (!told.isEmpty()) {
        awaitEnd(connection, told);
      }
    }
  }

  private List<Integer> tellToEnd(Connection connection, String sessions) throws SQLException {
    String query =
        "SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = ?"
            + " AND datname = current_database() AND "
            + sessions;
    List<Integer> told = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, server.applicationRole());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          told.add(rows.getInt(1));
        }
      }
    }
    return told;
  }

  /** In the server, which sees the end at once; fails with SQLSTATE 57014 after four seconds. */
  private static void awaitEnd(Connection connection, List<Integer> told) throws SQLException {
    String pids = told.stream().map(String::valueOf).collect(Collectors.joining(","));
    execute(
        connection,
        """
        DO $$
        BEGIN
          FOR look IN 1..800 LOOP
            PERFORM pg_stat_clear_snapshot();
            IF NOT EXISTS (SELECT FROM pg_stat_activity WHERE pid = ANY ('{PIDS}'::int[])) THEN
              RETURN;
            END IF;
            PERFORM pg_sleep(0.005);
          END LOOP;
          RAISE query_canceled USING MESSAGE = 'a session of the application did not end';
        END $$
        """
            .replace("PIDS", pids));
  }

  private List<String> writable(Connection connection) throws SQLException {
    String query =
        """
        SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND n.nspname !~ '^pg_'
          AND n.nspname <> 'information_schema'
          AND has_any_column_privilege(?, c.oid, 'INSERT, UPDATE')
           OR c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
          AND has_table_privilege(?, c.oid, 'DELETE, TRUNCATE')
        """;
    List<String> tables = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      statement.setString(1, server.applicationRole());
      statement.setString(2, server.applicationRole());
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          tables.add(rows.getString(1));
        }
      }
    }
    return tables;
  }

  /** What an action does inside its transaction. */
  private interface Action {
    void run(Connection connection, List<String> quotedSchemas) throws SQLException;
  }

  private Verdict act(long ballot, Action action) throws SQLException {
    Bootstrap.schema(server);
    try (Connection connection = server.control()) {
      connection.setAutoCommit(false);
      long highest = raise(connection, ballot);
      if (highest > ballot) {
        return new Verdict.Outbid(highest);
      }
      originals.remember(connection);
      action.run(connection, schemas(connection));
      connection.commit();
      return new Verdict.Done();
    }
  }

  /**
   * The update's row lock makes later actions wait for this transaction and then see its ballot.
   */
  private static long raise(Connection connection, long ballot) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement("SELECT understudy.fence(?::bigint)")) {
      statement.setLong(1, ballot);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static long ballot(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT ballot FROM understudy.fence")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static List<String> schemas(Connection connection) throws SQLException {
    List<String> schemas = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT quote_ident(nspname) FROM pg_namespace WHERE nspname !~ '^pg_'"
                    + " AND nspname NOT IN ('information_schema', 'understudy')")) {
      while (rows.next()) {
        schemas.add(rows.getString(1));
      }
    }
    return schemas;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
