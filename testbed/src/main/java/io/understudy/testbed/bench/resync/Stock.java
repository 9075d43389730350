package io.understudy.testbed.bench.resync;

import java.util.List;
import java.util.Locale;

/**
 * The table that is copied and what happens to it between two copies. Its first rows have even
 * keys, so that there is room for new ones anywhere between them.
 *
 * @param rows rows at the beginning, of about 200 bytes each
 */
record Stock(int rows) {
  static final String TABLE =
      "CREATE TABLE item (id bigint PRIMARY KEY, customer bigint NOT NULL, amount numeric(12,2) NOT"
          + " NULL, at timestamptz NOT NULL, paid boolean, note text NOT NULL)";

  /** Rows for the keys that {@code keys} selects as {@code id}. */
  private static String insert(String keys, int round) {
    return "INSERT INTO item SELECT id, id % 5000, id % 9973 / 100.0, timestamptz '2026-01-01' +"
        + " id % 100000 * interval '1 second', id % 3 = 0, 'order ' || id || ' in round "
        + round
        + " ' || repeat(md5(id::text), 4) FROM ("
        + keys
        + ") AS keys ON CONFLICT DO NOTHING";
  }

  List<String> fill() {
    return List.of(
        insert("SELECT 2 * g AS id FROM generate_series(1, " + rows + ") g", 0),
        "VACUUM ANALYZE item",
        "CHECKPOINT");
  }

  /** One row in a hundred, anywhere: half of them updated, a quarter new, a quarter gone. */
  List<String> changeUniformly(int round) {
    String chance = "abs(hashint8(id + " + round + "000000007)::bigint) %% %d = 0";
    return List.of(
        "UPDATE item SET amount = amount + 1, paid = NOT paid WHERE "
            + String.format(Locale.ROOT, chance, 200),
        "DELETE FROM item WHERE " + String.format(Locale.ROOT, chance.replace("7)", "9)"), 400),
        insert(
            "SELECT abs(hashint8(g + "
                + round
                + "000000011)::bigint) % "
                + rows
                + " * 2 + 1 AS id FROM generate_series(1, "
                + rows / 400
                + ") g",
            round),
        "CHECKPOINT");
  }

  /** As many, in one place of the key's order for each kind. */
  List<String> changeClustered(int round) {
    long begin = 2L * (rows / 20) * round % (2L * rows);
    return List.of(
        "UPDATE item SET amount = amount + 1, paid = NOT paid WHERE id >= "
            + begin
            + " AND id < "
            + (begin + rows / 100),
        "DELETE FROM item WHERE id >= "
            + (begin + rows / 50)
            + " AND id < "
            + (begin + rows / 50 + rows / 200),
        insert(
            "SELECT g AS id FROM generate_series((SELECT max(id) FROM item) + 1, (SELECT max(id)"
                + " FROM item) + "
                + rows / 400
                + ") g",
            round),
        "CHECKPOINT");
  }
}
