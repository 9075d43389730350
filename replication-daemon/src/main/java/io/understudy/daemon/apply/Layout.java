package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Columns;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.postgres.Catalogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** How the values of rows with certain columns lie in a table; one for all rows that look alike. */
final class Layout {
  private final Columns columns;
  private final Columns keyColumns;
  // Indexes of values of such a row, in the order of the table's columns and of its key's.
  private final int[] places;
  private final int[] key;
  private final boolean keyOnly;
  private final boolean fits;
  private final boolean complete;
  private final boolean inOrder;

  Layout(Catalogue.Table table, Columns keyColumns, Columns columns) {
    this.columns = columns;
    this.keyColumns = keyColumns;
    List<String> all = table.columnNames();
    this.places = places(all);
    this.key = places(keyColumns.names());
    this.keyOnly = columns.equals(keyColumns);
    this.fits = places.length == columns.size();
    this.complete = fits && places.length == all.size();
    this.inOrder = Arrays.equals(places, IntStream.range(0, all.size()).toArray());
  }

  private int[] places(List<String> names) {
    return names.stream().mapToInt(columns.names()::indexOf).filter(i -> i >= 0).toArray();
  }

  /** Whether the row has no column that the table lacks. */
  boolean fits() {
    return fits;
  }

  /** Whether it has all of the table's columns and no other. */
  boolean complete() {
    return complete;
  }

  /** The row's key; empty if it lacks a column of it, or has NULL there. */
  Optional<Row> key(Row row) {
    if (key.length < keyColumns.size()) {
      return Optional.empty();
    }
    Row found = keyOnly ? row : row.pick(keyColumns, key);
    return found.hasNull() ? Optional.empty() : Optional.of(found);
  }

  /** A complete row with its values in the order of the table's columns. */
  Row arranged(Columns all, Row row) {
    return inOrder ? row : row.pick(all, places);
  }

  /** What an UPDATE of such a row sets. */
  Assignment assignment(Catalogue.Table table, boolean moved) {
    List<Catalogue.Column> sets = new ArrayList<>();
    List<String> names = new ArrayList<>(keyColumns.names());
    List<Integer> from = new ArrayList<>();
    for (int place : places) {
      String name = columns.names().get(place);
      Catalogue.Column column = table.column(name).orElseThrow();
      // A key that stays need not be named, and what is always generated may not.
      if (!column.alwaysIdentity() && (moved || !keyColumns.names().contains(name))) {
        sets.add(column);
        names.add(name);
        from.add(place);
      }
    }
    return new Assignment(
        sets, Columns.of(names), from.stream().mapToInt(Integer::intValue).toArray());
  }

  /** What an UPDATE sets. */
  static final class Assignment {
    private final List<Catalogue.Column> sets;
    // Names of the key's columns, then of those that are set.
    private final Columns parameters;
    private final int[] from;

    private Assignment(List<Catalogue.Column> sets, Columns parameters, int[] from) {
      this.sets = sets;
      this.parameters = parameters;
      this.from = from;
    }

    /** The columns, in the table's order. */
    List<Catalogue.Column> sets() {
      return sets;
    }

    /** The values of the statement's parameters. */
    Row arguments(Row origin, Row row) {
      return origin.and(parameters, row, from);
    }
  }
}
