package io.understudy.daemon.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.TestDatabase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two random states of a table become equal, and exactly the rows that differ are sent. */
@Tag("long")
class RandomStatesTest {
  private static final int STATES = 25;

  /** Values of one column; no two of a list are the same to the server. */
  private static final List<List<String>> VALUES =
      List.of(
          List.of("NULL", "'NaN'", "'-0'", "0", "'Infinity'", "5e-324", "0.1", "1e308"),
          List.of("NULL", "''", "' '", "'NULL'", "E'a\\nb\\t'", "'\"q\\\\'", "'(1,2)'", "'漢字🎭'"),
          List.of("NULL", "'{}'", "'[]'", "'{\"a\": [1, null, \"x\"]}'", "'null'", "'\"\"'"),
          List.of("NULL", "'{}'", "'{NULL}'", "'{\"NULL\"}'", "'{\"\"}'", "'{{a},{b}}'"),
          List.of("NULL", "''", "'\\x00'", "'\\xff5c22'"),
          List.of("NULL", "1.5", "1.50", "'NaN'", "-1e-30"),
          List.of("NULL", "'infinity'", "'2026-02-28 23:59:59.999999+05:45'", "'0044-03-15 BC'"),
          List.of("NULL", "'1 mon'", "'30 days'", "'-1 days +02:03:04.5'"),
          List.of("NULL", "true", "false"));

  private static final List<String> TYPES =
      List.of(
          "double precision",
          "text",
          "jsonb",
          "text[]",
          "bytea",
          "numeric",
          "timestamptz",
          "interval",
          "boolean");
  private static final List<String> WORDS =
      List.of("", "a", "A", "ä", "z'z", "\"", "\\", "{,}", "NULL", "漢", " ", "a b");

  /** Rows by key, both as they stand in an INSERT. */
  private record State(Map<String, String> rows) {
    static State random(RandomGenerator random, int rowsMax) {
      Map<String, String> rows = new HashMap<>();
      for (int i = random.nextInt(rowsMax + 1); i > 0; i--) {
        rows.put(key(random), row(random));
      }
      return new State(rows);
    }

    /** As it is after a few more changes. */
    State changed(RandomGenerator random, int changes) {
      Map<String, String> rows = new HashMap<>(this.rows);
      for (int i = 0; i < changes; i++) {
        String key = random.nextBoolean() || rows.isEmpty() ? key(random) : any(random, rows);
        if (random.nextInt(3) == 0) {
          rows.remove(key);
        } else {
          rows.put(key, row(random));
        }
      }
      return new State(rows);
    }

    void write(TestDatabase database) {
      String values =
          rows.entrySet().stream()
              .map(row -> "(" + row.getKey() + ", " + row.getValue() + ")")
              .collect(Collectors.joining(", "));
      database.execute("TRUNCATE t" + (rows.isEmpty() ? "" : "; INSERT INTO t VALUES " + values));
    }

    long differences(State other) {
      long onlyThere = other.rows.keySet().stream().filter(key -> !rows.containsKey(key)).count();
      return onlyThere
          + rows.entrySet().stream()
              .filter(row -> !row.getValue().equals(other.rows.get(row.getKey())))
              .count();
    }

    private static String any(RandomGenerator random, Map<String, String> rows) {
      return rows.keySet().stream().sorted().toList().get(random.nextInt(rows.size()));
    }

    private static String key(RandomGenerator random) {
      String word = WORDS.get(random.nextInt(WORDS.size()));
      return random.nextInt(-20, 20) + ", '" + word.replace("'", "''") + "'";
    }

    private static String row(RandomGenerator random) {
      return VALUES.stream()
          .map(values -> values.get(random.nextInt(values.size())))
          .collect(Collectors.joining(", "));
    }
  }

  @Test
  void becomeEqual() throws Exception {
    StringBuilder columns = new StringBuilder();
    for (int i = 0; i < TYPES.size(); i++) {
      columns.append(", v").append(i).append(' ').append(TYPES.get(i));
    }
    Pair pair = Pair.make("CREATE TABLE t (k integer, w text" + columns + ", PRIMARY KEY (k, w))");
    long seed = Long.getLong("understudy.seed", System.nanoTime());
    for (int i = 0; i < STATES; i++, seed++) {
      System.out.println("RandomStatesTest seed " + seed + " (-Dunderstudy.seed)");
      Random random = new Random(seed);
      State primary = State.random(random, 300);
      State shadow =
          random.nextInt(4) == 0
              ? State.random(random, 300)
              : primary.changed(random, random.nextInt(20));
      primary.write(pair.primary());
      shadow.write(pair.shadow());
      assertThat(pair.differential().rows())
          .as("rows sent, seed " + seed)
          .isEqualTo(primary.differences(shadow));
      assertThat(pair.differential().rows()).isZero();
    }
  }
}
