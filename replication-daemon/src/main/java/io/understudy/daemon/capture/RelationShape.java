package io.understudy.daemon.capture;

import io.understudy.daemon.capture.PgoutputMessage.Column;
import io.understudy.daemon.capture.PgoutputMessage.Delete;
import io.understudy.daemon.capture.PgoutputMessage.Identity;
import io.understudy.daemon.capture.PgoutputMessage.Insert;
import io.understudy.daemon.capture.PgoutputMessage.Relation;
import io.understudy.daemon.capture.PgoutputMessage.Tuple;
import io.understudy.daemon.capture.PgoutputMessage.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes changes of one table out of the tuples that describe them. */
final class RelationShape {
  private final TableName table;
  private final List<String> columns;
  private final List<Integer> key;
  private final List<String> keyColumns;

  /**
   * @param primaryKey columns of the table's primary key; empty if it has none
   */
  RelationShape(Relation relation, List<String> primaryKey) {
    this.table = relation.table();
    this.columns = relation.columns().stream().map(Column::name).toList();
    // With FULL every column identifies, but values such as json cannot be compared.
    boolean byPrimaryKey =
        relation.identity() == Identity.FULL
            && !primaryKey.isEmpty()
            && columns.containsAll(primaryKey);
    this.key =
        IntStream.range(0, columns.size())
            .filter(i ->
                byPrimaryKey
                    ? primaryKey.contains(columns.get(i))
                    : relation.columns().get(i).identifies())
            .boxed()
            .toList();
    this.keyColumns = key.stream().map(columns::get).toList();
  }

  TableName table() {
    return table;
  }

  Change insert(Insert insert) {
    Tuple row = checked(insert.row());
    if (!row.unchanged().isEmpty()) {
      throw new IllegalStateException("a new row of table " + table + " lacks values");
    }
    return new Change.Insert(table, new Row(columns, row.values()));
  }

  Change update(Update update) {
    Tuple row = checked(update.row());
    Row identity = key(update.old().map(this::checked).orElse(row));
    if (row.unchanged().isEmpty()) {
      return new Change.Update(table, identity, new Row(columns, row.values()), List.of());
    }
    List<String> sent = new ArrayList<>(columns.size());
    List<@Nullable String> values = new ArrayList<>(columns.size());
    List<String> unchanged = new ArrayList<>(row.unchanged().size());
    for (int i = 0; i < columns.size(); i++) {
      if (row.unchanged().contains(i)) {
        unchanged.add(columns.get(i));
      } else {
        sent.add(columns.get(i));
        values.add(row.values().get(i));
      }
    }
    return new Change.Update(table, identity, new Row(sent, values), unchanged);
  }

  Change delete(Delete delete) {
    return new Change.Delete(table, key(checked(delete.old())));
  }

  private Row key(Tuple tuple) {
    if (key.isEmpty() || key.stream().anyMatch(tuple.unchanged()::contains)) {
      throw new IllegalStateException(
          "a change of table " + table + " identifies no row; give it a primary key");
    }
    List<@Nullable String> values = new ArrayList<>(key.size());
    for (int column : key) {
      values.add(tuple.values().get(column));
    }
    return new Row(keyColumns, values);
  }

  private Tuple checked(Tuple tuple) {
    if (tuple.values().size() != columns.size()) {
      throw new IllegalStateException(
          "a row of table "
              + table
              + " has "
              + tuple.values().size()
              + " values for "
              + columns.size()
              + " columns");
    }
    return tuple;
  }
}
