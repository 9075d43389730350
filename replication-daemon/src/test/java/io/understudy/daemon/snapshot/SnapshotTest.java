package io.understudy.daemon.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Slots;
import io.understudy.model.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotTest {
  private static final String ITEM =
      "CREATE TABLE item (id integer PRIMARY KEY, email text UNIQUE, v text)";

  private static String items(int first, int last) {
    return "INSERT INTO item SELECT g, 'm' || g, repeat('x', 100) FROM generate_series("
        + first
        + ", "
        + last
        + ") g";
  }

  @Test
  void aFullCopyHoldsWhatWasThereAtTheSlotsStart() throws Exception {
    Pair pair = Pair.make(ITEM);
    pair.primary().execute(items(1, 5_000));
    pair.shadow().execute("INSERT INTO item VALUES (-1, 'left', 'over')");
    List<Progress.Sent> heard = Collections.synchronizedList(new ArrayList<>());
    String before = pair.primary().contents().toString();
    try (Slots.Export export = pair.slots().temporary("x")) {
      pair.primary().execute("DELETE FROM item WHERE id % 2 = 0");
      pair.copy(Duration.ofMinutes(1))
          .bring(
              export,
              new Position(1, export.consistentPoint()),
              pair.catalogue(),
              new ShadowCopy.Call(
                  ShadowCopy.Wish.exactly(Estimator.Kind.FULL), sent -> heard.add(sent)));
    }
    assertThat(pair.shadow().contents()).hasToString(before);
    assertThat(heard.getLast().rows()).isGreaterThanOrEqualTo(5_000);
    assertThat(heard.getLast().bytesExpected()).isPositive();
  }

  @Test
  void largeTablesAreCopiedInPieces() throws Exception {
    Pair pair = Pair.make("CREATE TABLE wide (id integer PRIMARY KEY, v text)");
    pair.primary()
        .execute("INSERT INTO wide SELECT g, repeat('y', 1900) FROM generate_series(1, 20000) g");
    pair.primary().execute("DELETE FROM wide WHERE id % 7 = 0");
    assertThat(pair.full().tables()).isEqualTo(pair.catalogue().tables().size());
    assertThat(pair.verify().differences()).isEmpty();
  }

  @Test
  void onlyTheRowsThatDifferAreSent() throws Exception {
    Pair pair = Pair.make(ITEM);
    pair.primary().execute(items(1, 20_000));
    pair.full();
    pair.primary().execute("UPDATE item SET v = 'new' WHERE id IN (17, 4000)");
    pair.primary().execute("DELETE FROM item WHERE id = 5");
    pair.primary().execute("INSERT INTO item VALUES (-7, NULL, NULL)");
    pair.shadow().execute("INSERT INTO item VALUES (30000, 'rogue', 'rogue')");
    Report report = pair.differential();
    assertThat(report.differences())
        .containsExactly(
            new TableDifference(
                report.differences().getFirst().table(), 1, 2, 2, List.of("-7"), List.of("30000")));
    assertThat(report.rows()).isEqualTo(5);
    assertThat(report.bytes()).isLessThan(20_000 * 100 / 10);
    assertThat(pair.differential().differences()).isEmpty();
  }

  @Test
  void anotherUniqueConstraintMayChangeHands() throws Exception {
    Pair pair = Pair.make(ITEM);
    pair.primary().execute(items(1, 100));
    pair.full();
    pair.primary().execute("UPDATE item SET email = 'm' || id || 'x'");
    pair.primary().execute("UPDATE item SET email = 'm' || 101 - id");
    assertThat(pair.differential().rows()).isEqualTo(100);
  }

  @Test
  void tablesWithoutRowsAndRowsOnOneSideOnly() throws Exception {
    Pair pair =
        Pair.make(
            ITEM,
            "CREATE TABLE nothing (id integer PRIMARY KEY)",
            "CREATE TABLE here (id integer PRIMARY KEY)",
            "CREATE TABLE there (id integer PRIMARY KEY)");
    pair.primary().execute("INSERT INTO here SELECT generate_series(1, 3000)");
    pair.shadow().execute("INSERT INTO there SELECT generate_series(1, 3000)");
    assertThat(pair.differential().rows()).isEqualTo(6_000);
  }

  @Test
  void keysOfManyKindsAndOtherCollations() throws Exception {
    Pair pair =
        Pair.make(
            "CREATE TABLE words (word text PRIMARY KEY, v integer)",
            "CREATE TABLE lines (customer integer, line text, at date, v numeric, PRIMARY KEY"
                + " (customer, line, at))",
            "CREATE TABLE marks (k uuid PRIMARY KEY, v text)",
            "CREATE TABLE amounts (k numeric PRIMARY KEY, v text)",
            "CREATE TABLE lists (k integer[] PRIMARY KEY, v text)",
            "CREATE TYPE mood AS ENUM ('so so', 'b\"ad\\')",
            "CREATE TABLE moods (k mood PRIMARY KEY, l mood[])");
    pair.shadow().execute("ALTER TABLE words ALTER word TYPE text COLLATE \"C\"");
    pair.primary()
        .execute(
            "INSERT INTO words SELECT chr(40 + g % 90) || chr(200 + g) || '\"''\\,{}(' || g, g FROM"
                + " generate_series(1, 500) g");
    pair.primary()
        .execute(
            "INSERT INTO lines SELECT g % 9, 'l' || g, date '2026-01-01' + g % 5, g / 7.0 FROM"
                + " generate_series(1, 700) g");
    pair.primary()
        .execute("INSERT INTO marks SELECT gen_random_uuid(), g FROM generate_series(1, 300) g");
    pair.primary().execute("INSERT INTO amounts VALUES (1.50, 'a'), ('NaN', 'b'), (-2, 'c')");
    pair.primary().execute("INSERT INTO lists VALUES ('{1,2}', 'a'), ('{}', 'b'), ('{NULL}', 'c')");
    pair.primary().execute("INSERT INTO moods VALUES ('b\"ad\\', '{so so}'), ('so so', NULL)");
    pair.full();
    pair.primary().execute("UPDATE words SET v = -v WHERE v % 50 = 0");
    pair.primary().execute("DELETE FROM lines WHERE customer = 3 AND v < 30");
    pair.primary().execute("UPDATE lines SET at = '1999-12-31' WHERE line = 'l77'");
    pair.primary().execute("UPDATE marks SET v = NULL WHERE v = '7'");
    pair.primary().execute("UPDATE amounts SET k = 1.5 WHERE v = 'a'");
    pair.primary().execute("UPDATE lists SET v = 'other'");
    pair.primary().execute("UPDATE moods SET l = '{\"b\\\"ad\\\\\",NULL}' WHERE k = 'so so'");
    Report report = pair.differential();
    assertThat(report.differences()).hasSize(6);
    assertThat(pair.verify().differences()).isEmpty();
  }

  @Test
  void bothHashesSeeTheSameDifferences() throws Exception {
    Pair pair =
        Pair.make(
            "CREATE DOMAIN few AS integer",
            "CREATE TABLE t (k text, l few, n numeric, f float8, w text, i interval, a text[],"
                + " PRIMARY KEY (k, l))");
    pair.primary()
        .execute(
            "INSERT INTO t SELECT 'k' || g, g % 7, g, g / 3.0, 'w' || g, '1 day', '{a}' FROM"
                + " generate_series(1, 300) g");
    pair.full();
    // Equal to the server, and yet not the same; and values that change places.
    pair.shadow().execute("UPDATE t SET n = 7.00 WHERE k = 'k7'");
    pair.shadow().execute("UPDATE t SET f = '-0' WHERE k = 'k8'");
    pair.primary().execute("UPDATE t SET f = '0' WHERE k = 'k8'");
    pair.shadow().execute("UPDATE t SET i = '24 hours' WHERE k = 'k9'");
    pair.shadow().execute("UPDATE t SET w = 'w' || 23 - n WHERE k IN ('k11', 'k12')");
    pair.shadow().execute("UPDATE t SET w = NULL, a = NULL WHERE k = 'k13'");
    Deadline deadline = Deadline.in(Duration.ofMinutes(1), InstantSource.system());
    for (boolean alike : List.of(true, false)) {
      try (Frozen here = Frozen.now(pair.primary().server().bulk(), deadline);
          Frozen there = Frozen.now(pair.shadow().server().bulk(), deadline)) {
        Catalogue.Table table = pair.catalogue().find(new TableName("public", "t")).orElseThrow();
        TableComparison comparison =
            new TableComparison(
                new LaneSql(table, 300, alike),
                here,
                there,
                new Meter(_ -> {}, InstantSource.system(), 0));
        DifferenceTally tally = new DifferenceTally(table.name(), 2);
        comparison.rows(comparison.lanes(), tally);
        assertThat(tally.difference().orElseThrow())
            .hasToString("public.t (0 missing, 0 surplus, 6 changed, keys [k11, 4] to [k9, 2])");
      }
    }
  }

  @Test
  void aTableWithoutAKeyIsReplacedIfItDiffers() throws Exception {
    Pair pair = Pair.make("CREATE TABLE log (v text)", "ALTER TABLE log REPLICA IDENTITY FULL");
    pair.primary().execute("INSERT INTO log VALUES ('a'), ('a'), (NULL)");
    pair.full();
    assertThat(pair.differential().differences()).isEmpty();
    // Twice the same row more: an exclusive or would not see it.
    pair.primary().execute("INSERT INTO log VALUES ('a'), ('a')");
    Report report = pair.differential();
    assertThat(report.differences().getFirst()).hasToString("public.log (no key)");
  }

  @Test
  void identityAndGeneratedColumnsAreKept() throws Exception {
    Pair pair =
        Pair.make(
            "CREATE TABLE made (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a integer,"
                + " twice integer GENERATED ALWAYS AS (a * 2) STORED)");
    pair.primary().execute("INSERT INTO made (a) SELECT generate_series(1, 50)");
    pair.full();
    pair.primary().execute("UPDATE made SET a = 99 WHERE id = 20");
    assertThat(pair.differential().rows()).isEqualTo(1);
  }

  @Test
  void aDifferentialCopyThatBreaksOffLeavesTheShadowAsItWas() throws Exception {
    Pair pair = Pair.make(ITEM);
    pair.primary().execute(items(1, 2_000));
    pair.full();
    pair.primary().execute("INSERT INTO item VALUES (9000, 'late', 'late')");
    pair.primary().execute("DELETE FROM item WHERE id < 100");
    pair.shadow().execute("ALTER TABLE item ADD CHECK (id < 9000)");
    String contents = pair.shadow().contents().toString();
    String applied = pair.shadow().query("SELECT lsn FROM understudy.applied");
    assertThatThrownBy(pair::differential)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23514"));
    assertThat(pair.shadow().contents()).hasToString(contents);
    assertThat(pair.shadow().query("SELECT lsn FROM understudy.applied")).isEqualTo(applied);
  }

  @Test
  void whatABrokenFullCopyLeftServesAsAnOldCopy() throws Exception {
    Pair pair = Pair.make(ITEM, "CREATE TABLE later (id integer PRIMARY KEY)");
    pair.primary().execute(items(1, 5_000));
    pair.primary().execute("INSERT INTO later SELECT generate_series(1, 100)");
    pair.shadow().execute("ALTER TABLE later ADD CHECK (id < 50)");
    assertThatThrownBy(pair::full).isInstanceOf(SQLException.class);
    assertThat(pair.shadow().query("SELECT count(*) FROM understudy.applied")).isEqualTo("0");
    pair.shadow().execute("ALTER TABLE later DROP CONSTRAINT later_id_check");
    pair.shadow().execute(items(1, 5_000) + " ON CONFLICT DO NOTHING");
    assertThat(pair.differential().rows()).isEqualTo(100);
  }

  @Test
  void aTableEmptiedAfterTheSnapshotIsNotTakenForEmpty() throws Exception {
    Pair pair = Pair.make(ITEM);
    pair.primary().execute(items(1, 10));
    pair.full();
    for (Estimator.Kind kind : Estimator.Kind.values()) {
      try (Slots.Export export = pair.slots().temporary("x")) {
        pair.primary().execute("TRUNCATE item");
        assertThatThrownBy(() ->
                pair.copy(Duration.ofMinutes(1))
                    .bring(
                        export,
                        new Position(1, export.consistentPoint()),
                        pair.catalogue(),
                        new ShadowCopy.Call(ShadowCopy.Wish.exactly(kind), sent -> {})))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
      }
      pair.primary().execute(items(1, 10));
    }
  }

  @Test
  void aSnapshotThatIsHeldForTooLongIsGivenUpWithAClearError() throws Exception {
    Pair pair = Pair.make(ITEM);
    pair.primary().execute(items(1, 60_000));
    pair.full();
    for (Estimator.Kind kind : Estimator.Kind.values()) {
      try (Slots.Export export = pair.slots().temporary("x")) {
        assertThatThrownBy(() ->
                pair.copy(Duration.ofMillis(40))
                    .bring(
                        export,
                        new Position(1, export.consistentPoint()),
                        pair.catalogue(),
                        new ShadowCopy.Call(ShadowCopy.Wish.exactly(kind), sent -> {})))
            .as(kind.toString())
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("54000"))
            .hasMessageContaining("snapshotMax");
      }
    }
  }

  @Test
  void aDifferenceNamesTableAndKeysAndNothingElse() throws Exception {
    Pair pair = Pair.make(ITEM);
    pair.primary().execute(items(1, 1_000));
    pair.full();
    assertThat(pair.verify().differences()).isEmpty();
    pair.shadow().execute("UPDATE item SET v = 'secret' WHERE id IN (9, 100)");
    pair.shadow().execute("DELETE FROM item WHERE id = 50");
    assertThat(pair.verify().differences().getFirst())
        .hasToString("public.item (1 missing, 0 surplus, 2 changed, keys [9] to [100])");
  }
}
