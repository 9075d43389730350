package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Random transactions as a primary could commit them, repeatable by seed: few keys, so that they
 * meet often; keys that move and swap; large values left out when they did not change; a second
 * unique column; a table without a key; tables that are truncated together.
 */
final class RandomChanges {
  static final String SCHEMA =
      """
      CREATE TABLE account (id integer PRIMARY KEY, code text UNIQUE, big text, n numeric);
      CREATE TABLE pair (a integer, big text, b text, v text, PRIMARY KEY (b, a));
      CREATE TABLE log (what text, n numeric);
      ALTER TABLE log REPLICA IDENTITY FULL;
      CREATE TABLE owner (id integer PRIMARY KEY, v text);
      CREATE TABLE thing (id integer PRIMARY KEY REFERENCES owner DEFERRABLE, big text, v text);
      """;

  private static final TableName ACCOUNT = new TableName("public", "account");
  private static final TableName PAIR = new TableName("public", "pair");
  private static final TableName LOG = new TableName("public", "log");
  private static final TableName OWNER = new TableName("public", "owner");
  private static final TableName THING = new TableName("public", "thing");
  private static final List<TableName> KEYED = List.of(ACCOUNT, PAIR, OWNER, THING);

  /** The same tables as {@link #SCHEMA}. */
  static final Catalogue CATALOGUE =
      new Catalogue(
          Map.of(
              ACCOUNT, table(ACCOUNT, List.of("id"), "id", "code", "big", "n"),
              PAIR, table(PAIR, List.of("b", "a"), "a", "big", "b", "v"),
              LOG, table(LOG, List.of(), "what", "n"),
              OWNER, table(OWNER, List.of("id"), "id", "v"),
              THING, table(THING, List.of("id"), "id", "big", "v")));

  private final Random random;
  private final boolean swapsCodes;
  private final MapShadow primary = new MapShadow(CATALOGUE);
  private List<Change> changes = new ArrayList<>();
  private int fresh;

  /**
   * @param swapsCodes whether rows also swap their values of the unique column that is not the key:
   *     no net effect can do that
   */
  RandomChanges(long seed, boolean swapsCodes) {
    this.random = new Random(seed);
    this.swapsCodes = swapsCodes;
  }

  private static Catalogue.Table table(TableName name, List<String> key, String... columns) {
    List<Catalogue.Column> all = new ArrayList<>();
    for (String column : columns) {
      all.add(
          new Catalogue.Column(
              column, "text", false, new Catalogue.Form("text", "text", true, true)));
    }
    return new Catalogue.Table(name, all, key, key.isEmpty() ? 'f' : 'd', true, 'p', true);
  }

  /** What the primary holds after all transactions so far. */
  MapShadow primary() {
    return primary;
  }

  /** The changes of the next transaction. */
  List<Change> next() {
    changes = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) {
      step();
    }
    return changes;
  }

  private void step() {
    TableName table = KEYED.get(random.nextInt(KEYED.size()));
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5 -> insert(table);
      case 6, 7, 8, 9 -> update(table);
      case 10, 11 -> moveKey(table);
      case 12 -> swapKeys(table);
      case 13, 14 -> delete(table);
      case 15 -> replace(table);
      case 16 -> swapCodes();
      case 17, 18 -> keyless();
      default -> truncate();
    }
  }

  private void emit(Change change) {
    primary.apply(change);
    changes.add(change);
  }

  private void insert(TableName table) {
    Map<String, @Nullable String> row = randomRow(table);
    if (find(table, key(table, row)) == null) {
      emit(new Change.Insert(table, row(row, columns(table))));
    }
  }

  private void update(TableName table) {
    Map<String, @Nullable String> old = any(table);
    if (old != null) {
      Map<String, @Nullable String> row = randomRow(table);
      keyNames(table).forEach(name -> row.put(name, old.get(name)));
      change(table, old, row);
    }
  }

  private void moveKey(TableName table) {
    Map<String, @Nullable String> old = any(table);
    Map<String, @Nullable String> row = randomRow(table);
    if (old != null && find(table, key(table, row)) == null) {
      change(table, old, row);
    }
  }

  private void swapKeys(TableName table) {
    Map<String, @Nullable String> one = any(table);
    Map<String, @Nullable String> two = any(table);
    if (one == null || two == null || one.equals(two)) {
      return;
    }
    Map<String, @Nullable String> away = with(one, keyNames(table), Map.of("id", "-1", "a", "-1"));
    Map<String, @Nullable String> first = with(two, keyNames(table), one);
    Map<String, @Nullable String> second = with(one, keyNames(table), two);
    change(table, one, away);
    change(table, two, first);
    change(table, away, second);
  }

  private void swapCodes() {
    Map<String, @Nullable String> one = any(ACCOUNT);
    Map<String, @Nullable String> two = any(ACCOUNT);
    if (one == null || two == null || one.equals(two) || !swapsCodes) {
      return;
    }
    List<String> code = List.of("code");
    Map<String, @Nullable String> away = with(one, code, Map.of("code", "away"));
    Map<String, @Nullable String> first = with(two, code, one);
    Map<String, @Nullable String> second = with(one, code, two);
    change(ACCOUNT, one, away);
    change(ACCOUNT, two, first);
    change(ACCOUNT, away, second);
  }

  private void delete(TableName table) {
    Map<String, @Nullable String> row = any(table);
    if (row != null) {
      emit(new Change.Delete(table, row(row, keyNames(table))));
    }
  }

  private void replace(TableName table) {
    Map<String, @Nullable String> old = any(table);
    if (old != null) {
      Map<String, @Nullable String> row = randomRow(table);
      keyNames(table).forEach(name -> row.put(name, old.get(name)));
      emit(new Change.Delete(table, row(old, keyNames(table))));
      emit(new Change.Insert(table, row(row, columns(table))));
    }
  }

  private void keyless() {
    Map<String, @Nullable String> old = any(LOG);
    Map<String, @Nullable String> row = randomRow(LOG);
    if (old == null || random.nextBoolean()) {
      emit(new Change.Insert(LOG, row(row, columns(LOG))));
    } else if (random.nextBoolean()) {
      emit(new Change.Delete(LOG, row(old, columns(LOG))));
    } else {
      emit(new Change.Update(LOG, row(old, columns(LOG)), row(row, columns(LOG)), List.of()));
    }
  }

  private void truncate() {
    switch (random.nextInt(6)) {
      case 0 -> emit(new Change.Truncate(ACCOUNT));
      case 1 -> emit(new Change.Truncate(LOG));
      case 2 -> {
        emit(new Change.Truncate(OWNER));
        emit(new Change.Truncate(THING));
      }
      case 3 -> emit(new Change.Truncate(THING));
      default -> {}
    }
  }

  /** An UPDATE whose large value was, by chance, left alone and so is not sent. */
  private void change(
      TableName table, Map<String, @Nullable String> old, Map<String, @Nullable String> row) {
    List<String> sent = new ArrayList<>(columns(table));
    List<String> unchanged = new ArrayList<>();
    if (row.containsKey("big") && (random.nextBoolean() || row.get("big") == null)) {
      row.put("big", old.get("big"));
      sent.remove("big");
      unchanged.add("big");
    }
    Row key = row(old, keyNames(table));
    emit(new Change.Update(table, key, row(row, sent), unchanged));
  }

  private Map<String, @Nullable String> randomRow(TableName table) {
    Map<String, @Nullable String> row = new HashMap<>();
    for (String column : columns(table)) {
      row.put(
          column,
          switch (column) {
            case "id", "a" -> String.valueOf(random.nextInt(12));
            case "b" -> List.of("x", "{y", "\"z\\", "NULL").get(random.nextInt(4));
            case "code" -> "c" + fresh++;
            case "n" -> List.of("1.0", "1.00", "NaN", "7").get(random.nextInt(4));
            default -> random.nextInt(8) == 0 ? null : column + random.nextInt(9);
          });
    }
    return row;
  }

  private @Nullable Map<String, @Nullable String> any(TableName table) {
    List<Map<String, @Nullable String>> rows = primary.rows(table);
    return rows.isEmpty() ? null : rows.get(random.nextInt(rows.size()));
  }

  private @Nullable Map<String, @Nullable String> find(TableName table, Row key) {
    return primary.rows(table).stream()
        .filter(row -> row(row, keyNames(table)).equals(key))
        .findFirst()
        .orElse(null);
  }

  private static Map<String, @Nullable String> with(
      Map<String, @Nullable String> row, List<String> columns, Map<String, String> values) {
    Map<String, @Nullable String> copy = new HashMap<>(row);
    columns.stream().filter(values::containsKey).forEach(c -> copy.put(c, values.get(c)));
    return copy;
  }

  private static Row key(TableName table, Map<String, @Nullable String> row) {
    return row(row, keyNames(table));
  }

  private static Row row(Map<String, @Nullable String> values, List<String> columns) {
    List<@Nullable String> picked = new ArrayList<>();
    columns.forEach(column -> picked.add(values.get(column)));
    return new Row(columns, picked);
  }

  private static List<String> columns(TableName table) {
    return shape(table).columnNames();
  }

  private static List<String> keyNames(TableName table) {
    return shape(table).key();
  }

  private static Catalogue.Table shape(TableName table) {
    return Objects.requireNonNull(CATALOGUE.tables().get(table));
  }
}
