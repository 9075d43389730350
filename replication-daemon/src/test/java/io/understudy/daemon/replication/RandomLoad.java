package io.understudy.daemon.replication;

import io.understudy.daemon.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;

/** Random transactions over tables with every supported type, repeatable by seed. */
public final class RandomLoad {
  static final String SCHEMA =
      """
      CREATE TYPE mood AS ENUM ('good', 'bad');
      CREATE TABLE item (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, i2 smallint, i4 integer NOT NULL,
        n numeric, n2 numeric(12,3), t text, v varchar(40), c char(5), b boolean, u uuid,
        j json, jb jsonb, ts timestamp, ts3 timestamp(3), tz timestamptz, d date, ti time,
        by bytea, f4 real, f8 double precision, m mood, iv interval, ip inet,
        doubled integer GENERATED ALWAYS AS (i4 * 2) STORED);
      CREATE TABLE "Odd ""name" ("Key a" text, k2 integer, "order" text, PRIMARY KEY (k2, "Key a"));
      CREATE TABLE log (at timestamptz, what text, n integer);
      ALTER TABLE log REPLICA IDENTITY FULL;
      CREATE TABLE wiped (id integer PRIMARY KEY, t text);
      CREATE TABLE wiped_too (id integer PRIMARY KEY, w integer REFERENCES wiped);
      """;

  private final Random random;
  private final boolean truncating;

  RandomLoad(long seed) {
    this(seed, true);
  }

  /**
   * @param truncating whether it may, which an application's role may not
   */
  public RandomLoad(long seed, boolean truncating) {
    this.random = new Random(seed);
    this.truncating = truncating;
  }

  public static void createTables(TestDatabase... databases) {
    for (TestDatabase database : databases) {
      database.execute(SCHEMA);
    }
  }

  /** Runs this many transactions, each of one to eight statements, some rolled back. */
  void run(TestDatabase database, int transactions) throws SQLException {
    try (Connection connection = database.connect()) {
      run(connection, transactions);
    }
  }

  /** The same over a connection. */
  public void run(Connection connection, int transactions) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      for (int i = 0; i < transactions; i++) {
        try {
          for (int j = random.nextInt(8); j >= 0; j--) {
            statement.execute(next());
          }
        } catch (SQLException e) {
          if (!"23505".equals(e.getSQLState())) {
            throw e;
          }
          connection.rollback();
        }
        if (random.nextInt(20) == 0) {
          connection.rollback();
        } else {
          connection.commit();
        }
      }
    }
  }

  private String next() {
    return switch (random.nextInt(100)) {
      case 0 -> truncating ? "TRUNCATE wiped, wiped_too" : "DELETE FROM wiped_too";
      case 1, 2 -> "UPDATE log SET n = n + 1 WHERE n = " + random.nextInt(5);
      case 3, 4 -> "DELETE FROM log WHERE ctid = (SELECT min(ctid) FROM log)";
      case 5, 6, 7, 8 ->
          "INSERT INTO wiped VALUES (" + number(1000) + ", 'w') ON CONFLICT DO NOTHING";
      case 9, 10, 11 ->
          "INSERT INTO wiped_too SELECT "
              + number(1000)
              + ", id FROM wiped LIMIT 1 ON CONFLICT DO NOTHING";
      case 12, 13, 14, 15, 16 ->
          "INSERT INTO log SELECT now(), 'what ' || g, g FROM generate_series(1, "
              + number(4)
              + ") g";
      case 17, 18, 19, 20, 21, 22, 23 ->
          "INSERT INTO \"Odd \"\"name\" VALUES ('a' || "
              + number(50)
              + ", "
              + number(5)
              + ", 'x') ON CONFLICT DO NOTHING";
      case 24, 25, 26 -> "UPDATE \"Odd \"\"name\" SET k2 = k2 + 100 WHERE k2 = " + number(5);
      case 27, 28 -> "DELETE FROM \"Odd \"\"name\" WHERE k2 > 300";
      case 29, 30, 31, 32, 33, 34, 35, 36 ->
          "DELETE FROM item WHERE id % 97 = " + random.nextInt(97);
      case 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49 ->
          "UPDATE item SET i4 = i4 + 1, tz = now(), t = 'ü' || i4 WHERE id % 31 = "
              + random.nextInt(31);
      case 50, 51, 52 -> "UPDATE item SET b = NOT b WHERE id % 17 = " + random.nextInt(17);
      case 53, 54 -> insertLarge();
      default -> insert();
    };
  }

  private String insert() {
    return """
    INSERT INTO item (i2, i4, n, n2, t, v, c, b, u, j, jb, ts, ts3, tz, d, ti, by, f4, f8, m,
      iv, ip)
    VALUES (%d, %d, %s, %d.125, 'it''s \\ "é"', 'v%d', 'c', true,
      md5('%d')::uuid, '{"a": [1,  2]}', '{"b": {"c": null}}', %s, '2020-02-29 12:34:56.789',
      '1999-12-31 23:59:59.999999+00'::timestamptz + '%d s', %s, '23:59:59.123456',
      decode(md5('%d'), 'hex'), %s, %s, 'bad', '1 year 2 mons 3 days 04:05:06.789', '10.0.0.%d')
    """
        .formatted(
            number(1000),
            number(1_000_000),
            pick("NULL", "'NaN'", "0.0000000001", "123456789012345678901234567890.5", "-7"),
            number(1000),
            number(100),
            number(1000),
            pick("'2024-05-06 07:08:09.123456'", "'infinity'", "'-infinity'", "'0044-03-15 BC'"),
            number(1_000_000),
            pick("'2024-02-29'", "'0044-03-15 BC'", "'12024-01-01'", "NULL"),
            number(1000),
            pick("1.5", "'NaN'", "3.4028235e38", "-0.1"),
            pick("'Infinity'", "0.1", "1e-300", "12345678.9"),
            number(200));
  }

  private String insertLarge() {
    return "INSERT INTO item (i4, t, by) SELECT "
        + number(9)
        + ", string_agg(md5(g::text), ''), decode(string_agg(md5(g::text), ''), 'hex') FROM"
        + " generate_series(1, 400) g";
  }

  private int number(int bound) {
    return 1 + random.nextInt(bound);
  }

  private String pick(String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
