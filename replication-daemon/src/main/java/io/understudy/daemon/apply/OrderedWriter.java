package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.SqlState;
import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes changes into a shadow one by one in their order, inside the caller's transaction: slow,
 * and by definition right. Neighbours with the same statement go to the server as one batch.
 *
 * <p>The shadow is a prefix of the primary, so every UPDATE and DELETE must hit exactly one row;
 * anything else means that the copy is broken, and stops it.
 */
final class OrderedWriter implements AutoCloseable {
  /** One change as SQL: statements with equal text form a batch. */
  private record Write(Catalogue.Table table, String sql, List<@Nullable String> arguments) {}

  private static final int BATCH_MAX = 500;

  private final Connection connection;
  private final Catalogue catalogue;
  private @Nullable PreparedStatement statement;
  private @Nullable Write last;
  private int batched;
  // Neighbours that go as one statement. Invariant: empty while anything is batched.
  private final List<TableName> truncates = new ArrayList<>();

  OrderedWriter(Connection connection, Catalogue catalogue) {
    this.connection = connection;
    this.catalogue = catalogue;
  }

  /** Writes them all; nothing stays behind. */
  void write(List<Change> changes) throws SQLException, DivergenceException {
    for (Change change : changes) {
      write(change);
    }
    flush();
  }

  private void write(Change change) throws SQLException, DivergenceException {
    Catalogue.Table table = catalogue.tables().get(change.table());
    if (table == null) {
      throw new DivergenceException("table " + change.table() + " is not on this shadow");
    }
    if (change instanceof Change.Truncate) {
      flushBatch();
      truncates.add(change.table());
      return;
    }
    flushTruncates();
    switch (change) {
      case Change.Insert insert -> add(insert(table, insert.row()));
      case Change.Update update -> update(table, update);
      case Change.Delete delete -> add(delete(table, delete.key()));
      case Change.Truncate _ -> {}
      case Change.Unreadable unreadable ->
          throw new DivergenceException(
              "table "
                  + unreadable.table()
                  + " column "
                  + unreadable.column()
                  + ": values of type "
                  + unreadable.reason()
                  + " cannot be captured exactly");
    }
  }

  private void flush() throws SQLException, DivergenceException {
    flushBatch();
    flushTruncates();
  }

  private void flushTruncates() throws SQLException, DivergenceException {
    if (!truncates.isEmpty()) {
      truncate(connection, truncates);
      truncates.clear();
    }
  }

  /**
   * Empties these tables together. Not CASCADE: the primary named every table that referred to one
   * of them, and whatever else refers to it here must not lose its rows.
   */
  static void truncate(Connection connection, List<TableName> tables)
      throws SQLException, DivergenceException {
    String names =
        tables.stream().map(table -> "ONLY " + table.quoted()).collect(Collectors.joining(", "));
    try (Statement truncate = connection.createStatement()) {
      truncate.execute("TRUNCATE " + names);
    } catch (SQLException e) {
      throw failure("tables " + tables, e);
    }
  }

  private void flushBatch() throws SQLException, DivergenceException {
    PreparedStatement current = statement;
    Write write = last;
    if (current == null || write == null || batched == 0) {
      return;
    }
    batched = 0;
    try {
      for (int count : current.executeBatch()) {
        if (count != 1) {
          throw new DivergenceException(
              "table "
                  + write.table().name()
                  + ": a change of one row, known by "
                  + identity(write.table())
                  + ", found "
                  + count
                  + " rows; the copy is broken");
        }
      }
    } catch (BatchUpdateException e) {
      SQLException cause = e.getNextException() == null ? e : e.getNextException();
      throw failure("table " + write.table().name() + " with " + identity(write.table()), cause);
    }
  }

  @Override
  public void close() throws SQLException {
    if (statement != null) {
      statement.close();
    }
  }

  private void add(Write write) throws SQLException, DivergenceException {
    Write before = last;
    if (statement == null || before == null || !before.sql().equals(write.sql())) {
      flushBatch();
      close();
      statement = connection.prepareStatement(write.sql());
    }
    last = write;
    PreparedStatement current = Objects.requireNonNull(statement);
    for (int i = 0; i < write.arguments().size(); i++) {
      current.setString(i + 1, write.arguments().get(i));
    }
    current.addBatch();
    if (++batched >= BATCH_MAX) {
      flushBatch();
    }
  }

  private void update(Catalogue.Table table, Change.Update update)
      throws SQLException, DivergenceException {
    requireAll(table, update.row(), update.unchanged());
    List<String> sets = new ArrayList<>();
    List<@Nullable String> arguments = new ArrayList<>();
    List<@Nullable String> values = update.row().values();
    for (int i = 0; i < values.size(); i++) {
      Catalogue.Column column = column(table, update.row().columns().get(i));
      if (!column.alwaysIdentity()) {
        sets.add(TableName.quote(column.name()) + " = " + cast(column));
        arguments.add(values.get(i));
      }
    }
    if (!sets.isEmpty()) {
      String where = where(table, update.key(), arguments);
      String sql =
          "UPDATE ONLY " + table.name().quoted() + " SET " + String.join(", ", sets) + where;
      add(new Write(table, sql, arguments));
    }
  }

  private static Write insert(Catalogue.Table table, Row row) throws DivergenceException {
    requireAll(table, row, List.of());
    List<String> names = new ArrayList<>();
    List<String> casts = new ArrayList<>();
    for (String name : row.columns()) {
      names.add(TableName.quote(name));
      casts.add(cast(column(table, name)));
    }
    String sql =
        "INSERT INTO "
            + table.name().quoted()
            + " ("
            + String.join(", ", names)
            + ") OVERRIDING SYSTEM VALUE VALUES ("
            + String.join(", ", casts)
            + ")";
    return new Write(table, sql, row.values());
  }

  private static Write delete(Catalogue.Table table, Row key) throws DivergenceException {
    List<@Nullable String> arguments = new ArrayList<>();
    String sql = "DELETE FROM ONLY " + table.name().quoted() + where(table, key, arguments);
    return new Write(table, sql, arguments);
  }

  /**
   * Without a key, equal rows cannot be told apart, and any one of them will do. Equal means equal
   * text: 1.0 and 1.00 are two things, and some types have no equality, or a strange one.
   */
  private static String where(Catalogue.Table table, Row key, List<@Nullable String> arguments)
      throws DivergenceException {
    List<String> conditions = new ArrayList<>();
    List<@Nullable String> values = key.values();
    for (int i = 0; i < values.size(); i++) {
      Catalogue.Column column = column(table, key.columns().get(i));
      String value = values.get(i);
      if (value == null) {
        conditions.add(TableName.quote(column.name()) + " IS NULL");
      } else {
        String name = TableName.quote(column.name());
        if (!table.keyless() || column.form().comparable()) {
          String base = "::" + column.form().base();
          conditions.add(name + base + " = " + cast(column) + base);
          arguments.add(value);
        }
        if (table.keyless()) {
          conditions.add(name + "::text = " + cast(column) + "::text");
          arguments.add(value);
        }
      }
    }
    String condition = String.join(" AND ", conditions);
    return table.keyless()
        ? " WHERE ctid = (SELECT ctid FROM ONLY "
            + table.name().quoted()
            + " WHERE "
            + condition
            + " LIMIT 1)"
        : " WHERE " + condition;
  }

  private static void requireAll(Catalogue.Table table, Row row, List<String> unchanged)
      throws DivergenceException {
    if (row.columns().size() + unchanged.size() >= table.columns().size()) {
      return;
    }
    Set<String> there = new HashSet<>(row.columns());
    there.addAll(unchanged);
    for (Catalogue.Column column : table.columns()) {
      if (!there.contains(column.name())) {
        throw new DivergenceException(
            "table "
                + table.name()
                + " column "
                + column.name()
                + ": values of type "
                + column.type()
                + " are not in the captured change; the type is not supported, or the tables"
                + " differ");
      }
    }
  }

  private static Catalogue.Column column(Catalogue.Table table, String name)
      throws DivergenceException {
    return table
        .column(name)
        .orElseThrow(() ->
            new DivergenceException(
                "table "
                    + table.name()
                    + " column "
                    + name
                    + " is not on this shadow; apply the same schema change there"));
  }

  /** Without modifiers: a cast to them would cut off what an assignment refuses. */
  private static String cast(Catalogue.Column column) {
    return "?::" + column.form().bare();
  }

  private static String identity(Catalogue.Table table) {
    return table.keyless() ? "all its columns" : "its key " + table.key();
  }

  private static SQLException failure(String where, SQLException cause) throws DivergenceException {
    if (SqlState.isTransient(cause)) {
      return cause;
    }
    throw new DivergenceException(where + ": " + SqlState.describe(cause), cause);
  }
}
