package io.understudy.daemon.snapshot;

import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Server;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * One server's database as it was at one moment. One thread at a time.
 *
 * <p>TRUNCATE is the one statement that a snapshot does not hide (PostgreSQL manual, "Caveats" of
 * MVCC): a table emptied after the snapshot looks empty in it. So {@link #pin} locks the tables
 * against it, and one that was emptied before the lock was there is an error that may be tried
 * again.
 */
final class Frozen implements AutoCloseable {
  private static final Pattern PLAN_ROWS = Pattern.compile(" rows=([0-9]+) ");

  /** Names of types and tables in a value's text must not depend on a database's settings. */
  private static final String HASHING =
      // Lanes are grouped in memory: of a lane's name the planner only knows that it is an
      // expression, takes it for as many values as there are rows, and would sort them on disk.
      "SET search_path = pg_catalog; SET work_mem = '64MB'; SET jit = off; SET enable_sort = off;";

  private static final String PROBE =
      "SELECT current_setting('server_version_num')::integer / 10000 || ' ' ||"
          + " bit_xor(hash_record_extended(ROW(repeat('x', n)::text COLLATE \"C\", n::bigint,"
          + " n::smallint, now() IS NULL, uuid_send(md5(n::text)::uuid)), n)) FROM"
          + " generate_series(0, 40) AS n";

  private final Connection connection;
  private final Deadline deadline;

  private Frozen(Connection connection, Deadline deadline) {
    this.connection = connection;
    this.deadline = deadline;
  }

  /** What an exported snapshot shows; the session that exported it is still there. */
  static Frozen imported(Server server, String snapshot, Deadline deadline) throws SQLException {
    Connection connection = server.bulk();
    try {
      connection.setAutoCommit(false);
      execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      execute(connection, "SET TRANSACTION SNAPSHOT '" + snapshot + "'");
      return new Frozen(connection, deadline);
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** What {@code connection}'s next statement shows; closing it closes the connection. */
  static Frozen now(Connection connection, Deadline deadline) throws SQLException {
    connection.setAutoCommit(false);
    execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    return new Frozen(connection, deadline);
  }

  Connection connection() {
    return connection;
  }

  /** Makes this moment known to other sessions of the server, as long as this one is open. */
  String export() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_export_snapshot()")) {
      row.next();
      return row.getString(1);
    }
  }

  /** Keeps everybody from emptying or changing the tables while this is open. */
  void pin(Catalogue catalogue) throws SQLException {
    execute(connection, "LOCK TABLE " + names(catalogue) + " IN ACCESS SHARE MODE");
    // The row in the catalogue is what the snapshot sees, the function's answer is what is there.
    try (Statement statement = connection.createStatement();
        ResultSet rewritten =
            statement.executeQuery(
                "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relpersistence ="
                    + " 'p' AND relfilenode <> 0 AND relfilenode <> pg_relation_filenode(oid)")) {
      if (rewritten.next()) {
        throw new SQLException(
            "table " + rewritten.getString(1) + " was truncated since the snapshot", "40001");
      }
    }
  }

  static String names(Catalogue catalogue) {
    return catalogue.tables().keySet().stream()
        .map(table -> "ONLY " + table.quoted())
        .collect(Collectors.joining(", "));
  }

  /** Rows as the planner sees them: from the table's size of today, also if never analysed. */
  long rowsEstimated(TableName table) throws SQLException {
    String explain = "EXPLAIN SELECT FROM ONLY " + table.quoted();
    try (Statement statement = connection.createStatement();
        ResultSet plan = statement.executeQuery(explain)) {
      plan.next();
      String line = plan.getString(1);
      Matcher rows = PLAN_ROWS.matcher(line);
      if (!rows.find()) {
        throw new SQLException("no number of rows in the plan '" + line + "'", "XX000");
      }
      return Long.parseLong(rows.group(1));
    }
  }

  /** Bytes of the table without its indexes. */
  long bytes(TableName table) throws SQLException {
    return number("SELECT pg_table_size('" + table.quoted().replace("'", "''") + "')");
  }

  /** Pages of the table's main part, 8192 bytes each. */
  long pages(TableName table) throws SQLException {
    return number(
        "SELECT pg_relation_size('"
            + table.quoted().replace("'", "''")
            + "') / current_setting('block_size')::bigint");
  }

  boolean isEmpty(TableName table) throws SQLException {
    return number("SELECT count(*) FROM (SELECT FROM ONLY " + table.quoted() + " LIMIT 1) AS first")
        == 0;
  }

  /**
   * What tells servers apart that may hash differently: the major version, and the server's own
   * hashes of values that lead through every branch of its hash function.
   */
  String hashProbe() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(PROBE)) {
      row.next();
      return row.getString(1);
    }
  }

  /** Starts to read hashes; all of it has to be read. */
  BinaryTuples hashes(String copy, Meter meter) throws SQLException {
    CopyOut out = copyOut(HASHING, copy);
    return new BinaryTuples(() -> {
      byte[] piece = read(out);
      meter.sent(0, piece == null ? 0 : piece.length);
      return piece;
    });
  }

  /** Starts to read rows. */
  CopyOut rows(String copy) throws SQLException {
    return copyOut("RESET search_path;", copy);
  }

  /** Bounds the next statement by the time that is left. */
  void bound() throws SQLException {
    execute(connection, "SET statement_timeout = " + deadline.leftMillis());
  }

  /** What an error of a statement means that was bounded. */
  SQLException explained(SQLException error) {
    return deadline.isPassed() && "57014".equals(error.getSQLState()) ? deadline.passed() : error;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  private CopyOut copyOut(String settings, String copy) throws SQLException {
    execute(connection, settings + "SET statement_timeout = " + deadline.leftMillis());
    try {
      return connection.unwrap(PGConnection.class).getCopyAPI().copyOut(copy);
    } catch (SQLException e) {
      throw explained(e);
    }
  }

  private byte @Nullable [] read(CopyOut out) throws SQLException {
    try {
      return out.readFromCopy();
    } catch (SQLException e) {
      throw explained(e);
    }
  }

  private long number(String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
