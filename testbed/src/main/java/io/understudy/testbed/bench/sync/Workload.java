package io.understudy.testbed.bench.sync;

import java.util.Locale;

/**
 * Transactions that the primary commits by itself, so that no client sets the pace.
 *
 * @param name as in the figures
 * @param transactions how many
 * @param rows rows that each of them writes
 */
record Workload(String name, int transactions, int rows) {

  /** Single-row transactions. */
  static Workload a(int transactions) {
    return new Workload("A", transactions, 1);
  }

  /** Transactions of 96 rows; as many rows as the single-row ones together. */
  static Workload b(int rows) {
    return new Workload("B", Math.max(1, rows / 96), 96);
  }

  /** Tables and procedures; the marker's row tells every reader where a round ends. */
  static String schema() {
    return """
    CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL, note text NOT NULL);
    CREATE TABLE entry (id bigint PRIMARY KEY, account bigint NOT NULL, amount bigint NOT NULL,
      at timestamptz NOT NULL, reason text);
    CREATE TABLE marker (round int PRIMARY KEY);
    """;
  }

  /** A third of the rows are inserted, the others updated; every twentieth entry is taken away. */
  static String procedures() {
    return """
    INSERT INTO account SELECT i, 0, repeat('x', 80) FROM generate_series(1, 20000) i;
    CREATE SEQUENCE work_number;
    CREATE PROCEDURE work(transactions int, rows_each int) LANGUAGE plpgsql AS $$
    DECLARE
      n bigint;
    BEGIN
      FOR t IN 1..transactions LOOP
        FOR r IN 1..rows_each LOOP
          n := nextval('work_number');
          IF n % 3 = 0 THEN
            INSERT INTO entry VALUES (n, n % 20000 + 1, n % 977, now(), 'order ' || n);
          ELSIF n % 60 = 1 THEN
            DELETE FROM entry WHERE id = n - 58;
          ELSE
            UPDATE account SET balance = balance + n % 977 WHERE id = (n * 7919) % 20000 + 1;
          END IF;
        END LOOP;
        COMMIT;
      END LOOP;
    END $$;
    CREATE PROCEDURE paced(per_second int, seconds int) LANGUAGE plpgsql AS $$
    DECLARE
      began timestamptz := clock_timestamp();
      done bigint := 0;
      due bigint;
    BEGIN
      WHILE clock_timestamp() < began + make_interval(secs => seconds) LOOP
        due := extract(epoch FROM clock_timestamp() - began) * per_second;
        WHILE done < due LOOP
          UPDATE account SET balance = balance + 1 WHERE id = (done * 7919) % 20000 + 1;
          COMMIT;
          done := done + 1;
        END LOOP;
        PERFORM pg_sleep(0.005);
        COMMIT;
      END LOOP;
    END $$;
    """;
  }

  String call() {
    return String.format(Locale.ROOT, "CALL work(%d, %d)", transactions, rows);
  }
}
