package io.understudy.daemon.capture;

import io.understudy.daemon.capture.PgoutputMessage.Column;
import io.understudy.daemon.capture.PgoutputMessage.Delete;
import io.understudy.daemon.capture.PgoutputMessage.Identity;
import io.understudy.daemon.capture.PgoutputMessage.Insert;
import io.understudy.daemon.capture.PgoutputMessage.Relation;
import io.understudy.daemon.capture.PgoutputMessage.Tuple;
import io.understudy.daemon.capture.PgoutputMessage.Update;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes changes of one table out of the tuples that describe them. One owner. */
final class RelationShape {
  /** What an UPDATE sent, and what it left alone. */
  private record Part(List<Integer> sent, Columns columns, List<String> unchanged) {}

  private final TableName table;
  private final Columns columns;
  private final int[] key;
  private final Columns keyColumns;
  // Neighbours mostly leave the same columns alone.
  private @Nullable Part lastPart;

  /**
   * @param primaryKey columns of the table's primary key; empty if it has none
   */
  RelationShape(Relation relation, List<String> primaryKey) {
    this.table = relation.table();
    List<String> names = relation.columns().stream().map(Column::name).toList();
    this.columns = Columns.of(names);
    // With FULL every column identifies, but values such as json cannot be compared.
    boolean byPrimaryKey =
        relation.identity() == Identity.FULL
            && !primaryKey.isEmpty()
            && names.containsAll(primaryKey);
    this.key =
        IntStream.range(0, names.size())
            .filter(i ->
                byPrimaryKey
                    ? primaryKey.contains(names.get(i))
                    : relation.columns().get(i).identifies())
            .toArray();
    this.keyColumns = Columns.of(Arrays.stream(key).mapToObj(names::get).toList());
  }

  TableName table() {
    return table;
  }

  Change insert(Insert insert) {
    Tuple row = checked(insert.row());
    if (row.unchanged() > 0) {
      throw new IllegalStateException("a new row of table " + table + " lacks values");
    }
    return new Change.Insert(table, row.as(columns));
  }

  Change update(Update update) {
    Tuple row = checked(update.row());
    Row identity = key(update.old().isEmpty() ? row : checked(update.old().get()));
    if (row.unchanged() == 0) {
      return new Change.Update(table, identity, row.as(columns), List.of());
    }
    Part part = part(row);
    int[] places = part.sent().stream().mapToInt(Integer::intValue).toArray();
    Row sent = row.as(columns).pick(part.columns(), places);
    return new Change.Update(table, identity, sent, part.unchanged());
  }

  Change delete(Delete delete) {
    return new Change.Delete(table, key(checked(delete.old())));
  }

  private Row key(Tuple tuple) {
    if (key.length == 0 || Arrays.stream(key).anyMatch(tuple::isUnchanged)) {
      throw new IllegalStateException(
          "a change of table " + table + " identifies no row; give it a primary key");
    }
    return tuple.as(columns).pick(keyColumns, key);
  }

  private Part part(Tuple row) {
    List<Integer> sent =
        IntStream.range(0, columns.size()).filter(i -> !row.isUnchanged(i)).boxed().toList();
    Part last = lastPart;
    if (last != null && last.sent().equals(sent)) {
      return last;
    }
    List<String> names = columns.names();
    List<String> unchanged = new ArrayList<>(names);
    List<String> there = sent.stream().map(names::get).toList();
    unchanged.removeAll(there);
    Part part = new Part(sent, Columns.of(there), List.copyOf(unchanged));
    lastPart = part;
    return part;
  }

  private Tuple checked(Tuple tuple) {
    if (tuple.count() != columns.size()) {
      throw new IllegalStateException(
          "a row of table "
              + table
              + " has "
              + tuple.count()
              + " values for "
              + columns.size()
              + " columns");
    }
    return tuple;
  }
}
