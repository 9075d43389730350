package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The dumb shadow: tables as lists of rows, searched from the front; it refuses what is wrong. */
final class MapShadow {
  private final Catalogue catalogue;
  private final Map<TableName, List<Map<String, @Nullable String>>> tables = new HashMap<>();

  MapShadow(Catalogue catalogue) {
    this.catalogue = catalogue;
    catalogue.tables().keySet().forEach(name -> tables.put(name, new ArrayList<>()));
  }

  MapShadow copy() {
    MapShadow copy = new MapShadow(catalogue);
    tables.forEach((name, rows) -> rows.forEach(row -> copy.rows(name).add(new HashMap<>(row))));
    return copy;
  }

  List<Map<String, @Nullable String>> rows(TableName name) {
    return Objects.requireNonNull(tables.get(name));
  }

  /** Tables with their rows in some fixed order. */
  Map<TableName, List<String>> contents() {
    Map<TableName, List<String>> contents = new HashMap<>();
    tables.forEach((name, rows) -> {
      List<String> texts = new ArrayList<>();
      rows.forEach(row -> texts.add(new TreeMap<>(row).toString()));
      Collections.sort(texts);
      contents.put(name, texts);
    });
    return contents;
  }

  void apply(Change change) {
    switch (change) {
      case Change.Insert insert -> insert(insert.table(), map(insert.row()));
      case Change.Update update -> {
        Map<String, @Nullable String> row = find(update.table(), map(update.key()));
        Map<String, @Nullable String> after = new HashMap<>(row);
        after.putAll(map(update.row()));
        rows(update.table()).remove(row);
        insert(update.table(), after);
      }
      case Change.Delete delete ->
          rows(delete.table()).remove(find(delete.table(), map(delete.key())));
      case Change.Truncate truncate -> rows(truncate.table()).clear();
      case Change.Unreadable unreadable -> throw new IllegalStateException(unreadable.toString());
    }
  }

  void apply(Step step) {
    switch (step) {
      case Step.Truncate truncate -> truncate.tables().forEach(name -> rows(name).clear());
      case Step.InOrder ordered -> ordered.changes().forEach(this::apply);
      case Step.Batch batch -> batch.rows().forEach(row -> apply(batch.shape(), row.values()));
    }
  }

  private void apply(Shape shape, List<@Nullable String> values) {
    TableName name = shape.table().name();
    switch (shape) {
      case Shape.Insert insert -> insert(name, map(insert.table().columns(), values));
      case Shape.Delete delete -> rows(name).remove(find(name, map(delete.key(), values)));
      case Shape.Update update -> {
        int keys = update.key().size();
        Map<String, @Nullable String> row = find(name, map(update.key(), values.subList(0, keys)));
        Map<String, @Nullable String> after = new HashMap<>(row);
        after.putAll(map(update.sets(), values.subList(keys, values.size())));
        rows(name).remove(row);
        insert(name, after);
      }
    }
  }

  private void insert(TableName name, Map<String, @Nullable String> row) {
    Catalogue.Table table = Objects.requireNonNull(catalogue.tables().get(name));
    if (!row.keySet().equals(Set.copyOf(table.columnNames()))) {
      throw new IllegalStateException("a row of " + name + " with columns " + row.keySet());
    }
    if (!table.keyless() && rows(name).stream().anyMatch(r -> agree(r, row, table.key()))) {
      throw new IllegalStateException("two rows of " + name + " with one key");
    }
    rows(name).add(row);
  }

  private Map<String, @Nullable String> find(TableName name, Map<String, @Nullable String> key) {
    return rows(name).stream()
        .filter(row -> agree(row, key, List.copyOf(key.keySet())))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no such row in " + name));
  }

  private static boolean agree(
      Map<String, @Nullable String> one, Map<String, @Nullable String> other, List<String> on) {
    return on.stream().allMatch(c -> Objects.equals(one.get(c), other.get(c)));
  }

  private static Map<String, @Nullable String> map(Row row) {
    Map<String, @Nullable String> map = new HashMap<>();
    List<@Nullable String> values = row.values();
    for (int i = 0; i < values.size(); i++) {
      map.put(row.columns().get(i), values.get(i));
    }
    return map;
  }

  private static Map<String, @Nullable String> map(
      List<Catalogue.Column> columns, List<@Nullable String> values) {
    Map<String, @Nullable String> map = new HashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      map.put(columns.get(i).name(), values.get(i));
    }
    return map;
  }
}
