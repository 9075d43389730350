package io.understudy.daemon.seed;

import io.understudy.daemon.apply.AppliedPosition;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;

/**
 * Copies all replicated tables of the primary into one shadow.
 *
 * <p>The copy reads under the snapshot that a slot exported when it was created, so it contains
 * exactly the transactions up to the slot's consistent point. Rows and position become visible in
 * one transaction of the shadow: a copy that breaks off leaves the shadow as it was. Text, not
 * binary, because binary forms differ between major versions and carry type numbers of one
 * database. Readers of the shadow wait while the copy runs.
 *
 * <p>TRUNCATE is the one statement that a snapshot does not hide (PostgreSQL manual, "Caveats" of
 * MVCC): a table emptied after the snapshot looks empty in it. So the tables are locked against it,
 * and one that was emptied before the lock was there fails the copy, to be tried again.
 */
public final class Seeder {

  /** Hears how far the copy is, now and then. */
  @FunctionalInterface
  public interface Progress {
    void copied(long rows, long bytes, long bytesExpected);
  }

  private static final long REPORT_BYTES = 1 << 20;

  private final String service;
  private final Server primary;
  private final Server shadow;

  public Seeder(String service, Server primary, Server shadow) {
    this.service = service;
    this.primary = primary;
    this.shadow = shadow;
  }

  /**
   * Copies. Blocks; an interrupt ends it.
   *
   * @return the position of the copy
   */
  public Position copy(Slots.Export export, long epoch, Catalogue catalogue, Progress progress)
      throws SQLException, InterruptedException {
    Position position = new Position(epoch, export.consistentPoint());
    copy(export, position, catalogue, progress);
    return position;
  }

  /**
   * The same.
   *
   * @param position of the copy: of the last transaction up to the slot's consistent point
   */
  public void copy(Slots.Export export, Position position, Catalogue catalogue, Progress progress)
      throws SQLException, InterruptedException {
    try (Connection from = primary.bulk();
        Connection to = shadow.bulk()) {
      from.setAutoCommit(false);
      to.setAutoCommit(false);
      execute(from, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      execute(from, "SET TRANSACTION SNAPSHOT '" + export.snapshot() + "'");
      pin(from, catalogue);
      Copy copy = new Copy(from, to, progress, expected(from, catalogue));
      execute(to, "TRUNCATE " + names(catalogue) + " CASCADE");
      for (Catalogue.Table table : catalogue.tables().values()) {
        copy.table(table);
      }
      copy.report();
      new AppliedPosition(service).replace(to, position);
      to.commit();
    }
  }

  private static void pin(Connection from, Catalogue catalogue) throws SQLException {
    execute(from, "LOCK TABLE " + names(catalogue) + " IN ACCESS SHARE MODE");
    // The row in the catalogue is what the snapshot sees, the function's answer is what is there.
    try (Statement statement = from.createStatement();
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

  private static String names(Catalogue catalogue) {
    return catalogue.tables().keySet().stream()
        .map(table -> "ONLY " + table.quoted())
        .collect(Collectors.joining(", "));
  }

  private static long expected(Connection from, Catalogue catalogue) throws SQLException {
    long bytes = 0;
    try (PreparedStatement statement =
        from.prepareStatement("SELECT pg_table_size(?::text::regclass)")) {
      for (TableName table : catalogue.tables().keySet()) {
        statement.setString(1, table.quoted());
        try (ResultSet row = statement.executeQuery()) {
          row.next();
          bytes += row.getLong(1);
        }
      }
    }
    return bytes;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** One copy under way. */
  private static final class Copy {
    private final Connection from;
    private final Connection to;
    private final Progress progress;
    private final long bytesExpected;
    private long rows;
    private long bytes;
    private long reported;

    Copy(Connection from, Connection to, Progress progress, long bytesExpected) {
      this.from = from;
      this.to = to;
      this.progress = progress;
      this.bytesExpected = bytesExpected;
    }

    void table(Catalogue.Table table) throws SQLException, InterruptedException {
      String columns =
          table.columnNames().stream().map(TableName::quote).collect(Collectors.joining(", "));
      String what = table.name().quoted() + " (" + columns + ")";
      CopyOut out =
          from.unwrap(PGConnection.class).getCopyAPI().copyOut("COPY " + what + " TO STDOUT");
      CopyIn in = to.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + what + " FROM STDIN");
      try {
        for (byte[] row = out.readFromCopy(); row != null; row = out.readFromCopy()) {
          in.writeToCopy(row, 0, row.length);
          count(row.length);
        }
        in.endCopy();
      } finally {
        if (in.isActive()) {
          in.cancelCopy();
        }
      }
    }

    private void count(int length) throws InterruptedException {
      rows++;
      bytes += length;
      if (bytes - reported >= REPORT_BYTES) {
        report();
        if (Thread.interrupted()) {
          throw new InterruptedException("the copy was given up");
        }
      }
    }

    void report() {
      reported = bytes;
      progress.copied(rows, bytes, bytesExpected);
    }
  }
}
