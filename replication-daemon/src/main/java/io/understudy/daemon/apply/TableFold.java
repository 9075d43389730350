package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.postgres.Catalogue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Folds the changes of one table into at most one operation per row.
 *
 * <p>A row is followed through changes of its key from its <em>origin</em>, the key under which the
 * shadow has it, to the key that it has now. So a chain or a swap of keys comes to plain facts:
 * these origins end, these rows are there. Rows whose key changed are deleted and inserted, which
 * needs all their values; if a large value is unknown because it never changed, the key itself is
 * updated, unless two such rows could meet.
 *
 * <p>Changes that do not fit each other or the table are not judged here: they are handed on as
 * they came, and the writer that makes them in their order finds what is wrong.
 */
final class TableFold {
  /** Values of the key's columns, in the key's order. */
  private record Key(List<String> values) {}

  /** One row that the group touched and left there. */
  private static final class Live {
    /** Its key in the shadow before the group; null if the group made the row. */
    final @Nullable Key origin;

    final List<@Nullable String> values;
    // Invariant: values at other places mean nothing.
    final BitSet known = new BitSet();

    Live(@Nullable Key origin, int columns) {
      this.origin = origin;
      this.values = Arrays.asList(new @Nullable String[columns]);
    }
  }

  private final Catalogue.Table table;
  private final Map<String, Integer> places = new HashMap<>();
  private final List<Catalogue.Column> keyColumns = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();
  // Invariant: a key is in at most one of live and absent; in neither, the group says nothing of
  // it.
  private final Map<Key, Live> live = new LinkedHashMap<>();
  private final Set<Key> absent = new HashSet<>();
  private final Set<Key> deleted = new LinkedHashSet<>();
  private boolean foldable;

  TableFold(Catalogue.Table table) {
    this.table = table;
    for (Catalogue.Column column : table.columns()) {
      places.put(column.name(), places.size());
    }
    for (String name : table.key()) {
      table.column(name).ifPresent(keyColumns::add);
    }
    this.foldable = !table.keyless() && keyColumns.size() == table.key().size();
  }

  Catalogue.Table table() {
    return table;
  }

  void add(Change change) {
    changes.add(change);
    foldable = foldable && fold(change);
  }

  private boolean fold(Change change) {
    return switch (change) {
      case Change.Insert insert -> insert(insert.row());
      case Change.Update update -> update(update);
      case Change.Delete delete -> delete(delete.key());
      case Change.Truncate _, Change.Unreadable _ -> false;
    };
  }

  private boolean insert(Row row) {
    Live created = new Live(null, places.size());
    if (!merge(created, row) || created.known.cardinality() < places.size()) {
      return false;
    }
    return keyOf(row).map(key -> place(key, created)).orElse(false);
  }

  private boolean update(Change.Update update) {
    Optional<Key> before = keyOf(update.key());
    if (before.isEmpty()) {
      return false;
    }
    Key old = before.get();
    Live row = live.get(old);
    if (row == null) {
      if (absent.contains(old)) {
        return false;
      }
      row = new Live(old, places.size());
    }
    if (!merge(row, update.row()) || !covers(update)) {
      return false;
    }
    Key now = keyAfter(row, old);
    if (!now.equals(old)) {
      live.remove(old);
      absent.add(old);
      return place(now, row);
    }
    live.put(now, row);
    return true;
  }

  private boolean delete(Row key) {
    Optional<Key> named = keyOf(key);
    if (named.isEmpty() || !absent.add(named.get())) {
      return false;
    }
    Live row = live.remove(named.get());
    if (row == null) {
      deleted.add(named.get());
    } else if (row.origin != null) {
      deleted.add(row.origin);
    }
    return true;
  }

  private boolean place(Key key, Live row) {
    absent.remove(key);
    return live.put(key, row) == null;
  }

  /** Returns false if the row has a column that the table does not have. */
  private boolean merge(Live live, Row row) {
    for (int i = 0; i < row.columns().size(); i++) {
      Integer place = places.get(row.columns().get(i));
      if (place == null) {
        return false;
      }
      live.values.set(place, row.values().get(i));
      live.known.set(place);
    }
    return true;
  }

  /** Whether the change says something of every column; anything else is another table. */
  private boolean covers(Change.Update update) {
    if (update.row().columns().size() == places.size()) {
      return true;
    }
    Set<String> there = new HashSet<>(update.row().columns());
    there.addAll(update.unchanged());
    return there.equals(places.keySet());
  }

  /** The key in a row that has all its columns. */
  private Optional<Key> keyOf(Row row) {
    List<String> values = new ArrayList<>(keyColumns.size());
    for (Catalogue.Column column : keyColumns) {
      int at = row.columns().indexOf(column.name());
      String value = at < 0 ? null : row.values().get(at);
      if (value == null) {
        return Optional.empty();
      }
      values.add(value);
    }
    return Optional.of(new Key(values));
  }

  /** A large part of a key that did not change is not in the new row; it is in the old key. */
  private Key keyAfter(Live row, Key old) {
    List<String> values = new ArrayList<>(keyColumns.size());
    for (int i = 0; i < keyColumns.size(); i++) {
      int place = placeOf(keyColumns.get(i));
      String value = row.values.get(place);
      if (value == null) {
        value = old.values().get(i);
        row.values.set(place, value);
        row.known.set(place);
      }
      values.add(value);
    }
    return new Key(values);
  }

  private int placeOf(Catalogue.Column column) {
    return places.getOrDefault(column.name(), -1);
  }

  /** What is to be done, in an order in which no two rows ever have the same key. */
  List<Step> steps() {
    if (!foldable) {
      return changes.isEmpty() ? List.of() : List.of(new Step.InOrder(changes));
    }
    Set<Key> ended = new LinkedHashSet<>(deleted);
    List<List<@Nullable String>> inserts = new ArrayList<>();
    Map<Key, Live> moves = new LinkedHashMap<>();
    Map<Key, Live> updates = new LinkedHashMap<>();
    live.forEach((key, row) -> {
      boolean complete = row.known.cardinality() == places.size();
      if (row.origin == null) {
        inserts.add(row.values);
      } else if (row.origin.equals(key)) {
        updates.put(key, row);
      } else if (complete) {
        ended.add(row.origin);
        inserts.add(row.values);
      } else {
        moves.put(key, row);
      }
    });
    if (moves.values().stream().anyMatch(row -> moves.containsKey(row.origin))) {
      return List.of(new Step.InOrder(changes));
    }
    List<Step> steps = new ArrayList<>();
    add(steps, new Shape.Delete(table, keyColumns), ended.stream().map(TableFold::row).toList());
    steps.addAll(updates(moves.values(), true));
    steps.addAll(updates(updates.values(), false));
    add(steps, new Shape.Insert(table), inserts);
    return steps;
  }

  private static void add(List<Step> steps, Shape shape, List<List<@Nullable String>> rows) {
    if (!rows.isEmpty()) {
      steps.add(new Step.Batch(shape, rows));
    }
  }

  private static List<@Nullable String> row(Key key) {
    return Collections.unmodifiableList(key.values());
  }

  /** One batch for each set of columns that are known. */
  private List<Step> updates(Collection<Live> rows, boolean moved) {
    BitSet fixed = fixed(moved);
    Map<BitSet, List<List<@Nullable String>>> batches = new LinkedHashMap<>();
    for (Live row : rows) {
      BitSet sets = (BitSet) row.known.clone();
      sets.andNot(fixed);
      if (!sets.isEmpty()) {
        batches.computeIfAbsent(sets, _ -> new ArrayList<>()).add(arguments(row, sets));
      }
    }
    List<Step> steps = new ArrayList<>();
    batches.forEach((sets, arguments) -> {
      List<Catalogue.Column> columns = sets.stream().mapToObj(table.columns()::get).toList();
      steps.add(new Step.Batch(new Shape.Update(table, keyColumns, columns), arguments));
    });
    return steps;
  }

  /** Places of the columns that an UPDATE need not or may not name. */
  private BitSet fixed(boolean moved) {
    BitSet fixed = new BitSet();
    for (Catalogue.Column column : table.columns()) {
      if (column.alwaysIdentity() || (!moved && keyColumns.contains(column))) {
        fixed.set(placeOf(column));
      }
    }
    return fixed;
  }

  private static List<@Nullable String> arguments(Live row, BitSet sets) {
    List<@Nullable String> arguments = new ArrayList<>(Objects.requireNonNull(row.origin).values());
    sets.stream().mapToObj(row.values::get).forEach(arguments::add);
    return arguments;
  }
}
