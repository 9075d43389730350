package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Columns;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.postgres.Catalogue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
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
  /** One row that the group touched and left there. */
  private static final class Live {
    /** Its key in the shadow before the group; null if the group made the row. */
    final @Nullable Row origin;

    /** What is known of it. */
    Row row;

    Live(@Nullable Row origin, Row row) {
      this.origin = origin;
      this.row = row;
    }
  }

  private record Pair(Columns newer, Columns older) {}

  /** How a newer row is completed with values of an older one. */
  private record Completion(Columns both, List<Integer> missing) {}

  private final Catalogue.Table table;
  private final Columns all;
  private final Columns keyColumns;
  private final Map<Columns, Layout> layouts = new HashMap<>();
  private final Map<Pair, Completion> completions = new HashMap<>();
  private final List<Change> changes = new ArrayList<>();
  // Invariant: a key is in at most one of live and absent; in neither, the group says nothing of
  // it.
  private final Map<Row, Live> live = new LinkedHashMap<>();
  private final Set<Row> absent = new HashSet<>();
  private final Set<Row> deleted = new LinkedHashSet<>();
  private boolean foldable;

  TableFold(Catalogue.Table table) {
    this.table = table;
    this.all = Columns.of(table.columnNames());
    this.keyColumns = Columns.of(table.key());
    this.foldable = !table.keyless() && all.names().containsAll(table.key());
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
    Layout layout = layout(row);
    if (!layout.complete()) {
      return false;
    }
    return layout.key(row).map(key -> place(key, new Live(null, row))).orElse(false);
  }

  private boolean update(Change.Update update) {
    Optional<Row> before = layout(update.key()).key(update.key());
    if (before.isEmpty() || !covers(update)) {
      return false;
    }
    Row old = before.get();
    Live row = live.get(old);
    if (row == null) {
      if (absent.contains(old)) {
        return false;
      }
      row = new Live(old, update.row());
      live.put(old, row);
    } else {
      row.row = completed(update.row(), row.row);
    }
    return follow(row, old);
  }

  /** Finds the key that a row has now. */
  private boolean follow(Live row, Row old) {
    Optional<Row> key = layout(row.row).key(row.row);
    if (key.isEmpty()) {
      // A large part of a key that did not change is not in the new row; it is in the old key.
      row.row = completed(row.row, old);
      key = layout(row.row).key(row.row);
    }
    if (key.isEmpty()) {
      return false;
    }
    if (!key.get().equals(old)) {
      live.remove(old);
      absent.add(old);
      return place(key.get(), row);
    }
    return true;
  }

  private boolean delete(Row key) {
    Optional<Row> named = layout(key).key(key);
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

  private boolean place(Row key, Live row) {
    absent.remove(key);
    return live.put(key, row) == null;
  }

  /** Whether the change says something of every column; anything else is another table. */
  private boolean covers(Change.Update update) {
    Layout layout = layout(update.row());
    if (layout.complete() || !layout.fits()) {
      return layout.complete();
    }
    Set<String> there = new HashSet<>(update.row().columns());
    there.addAll(update.unchanged());
    return there.equals(Set.copyOf(all.names()));
  }

  /** The newer row, with what only the older one has. */
  private Row completed(Row newer, Row older) {
    if (newer.shape().size() == all.size()) {
      return newer;
    }
    Completion completion =
        completions.computeIfAbsent(new Pair(newer.shape(), older.shape()), TableFold::completion);
    return completion.missing().isEmpty()
        ? newer
        : newer.and(completion.both(), older, ints(completion.missing()));
  }

  private static Completion completion(Pair pair) {
    List<String> newer = pair.newer().names();
    List<String> older = pair.older().names();
    List<Integer> missing =
        IntStream.range(0, older.size())
            .filter(i -> !newer.contains(older.get(i)))
            .boxed()
            .toList();
    List<String> both = new ArrayList<>(newer);
    missing.forEach(i -> both.add(older.get(i)));
    return new Completion(Columns.of(both), missing);
  }

  private static int[] ints(List<Integer> indexes) {
    return indexes.stream().mapToInt(Integer::intValue).toArray();
  }

  private Layout layout(Row row) {
    return layout(row.shape());
  }

  private Layout layout(Columns columns) {
    Layout known = layouts.get(columns);
    if (known == null) {
      known = new Layout(table, keyColumns, columns);
      layouts.put(columns, known);
    }
    return known;
  }

  /** What is to be done, in an order in which no two rows ever have the same key. */
  List<Step> steps() {
    if (!foldable) {
      return changes.isEmpty() ? List.of() : List.of(new Step.InOrder(changes));
    }
    Set<Row> ended = new LinkedHashSet<>(deleted);
    List<Row> inserts = new ArrayList<>();
    Map<Row, Live> moves = new LinkedHashMap<>();
    List<Live> updates = new ArrayList<>();
    live.forEach((key, row) -> {
      Layout layout = layout(row.row);
      if (row.origin == null) {
        inserts.add(layout.arranged(all, row.row));
      } else if (row.origin.equals(key)) {
        updates.add(row);
      } else if (layout.complete()) {
        ended.add(row.origin);
        inserts.add(layout.arranged(all, row.row));
      } else {
        moves.put(key, row);
      }
    });
    if (moves.values().stream().anyMatch(row -> moves.containsKey(row.origin))) {
      return List.of(new Step.InOrder(changes));
    }
    List<Step> steps = new ArrayList<>();
    add(steps, new Shape.Delete(table, key()), List.copyOf(ended));
    steps.addAll(updates(moves.values(), true));
    steps.addAll(updates(updates, false));
    add(steps, new Shape.Insert(table), inserts);
    return steps;
  }

  private List<Catalogue.Column> key() {
    return keyColumns.names().stream().map(name -> table.column(name).orElseThrow()).toList();
  }

  private static void add(List<Step> steps, Shape shape, List<Row> rows) {
    if (!rows.isEmpty()) {
      steps.add(new Step.Batch(shape, rows));
    }
  }

  /** One batch for each set of columns that are known. */
  private List<Step> updates(Collection<Live> rows, boolean moved) {
    Map<Columns, List<Live>> alike = new LinkedHashMap<>();
    for (Live row : rows) {
      alike.computeIfAbsent(row.row.shape(), _ -> new ArrayList<>()).add(row);
    }
    List<Step> steps = new ArrayList<>();
    alike.forEach((columns, group) -> {
      Layout.Assignment assignment = layout(columns).assignment(table, moved);
      if (!assignment.sets().isEmpty()) {
        List<Row> arguments = new ArrayList<>(group.size());
        for (Live row : group) {
          arguments.add(assignment.arguments(Objects.requireNonNull(row.origin), row.row));
        }
        steps.add(new Step.Batch(new Shape.Update(table, key(), assignment.sets()), arguments));
      }
    });
    return steps;
  }
}
