package io.understudy.daemon.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.model.Lsn;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class PgoutputCaptureTest extends CaptureContract {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final TableName TABLE = new TableName("public", "t");

  private PgoutputSettings.Bounds bounds = PgoutputSettings.Bounds.DEFAULT;

  @Override
  Capture capture(Supplier<Optional<String>> slotCheck) throws Exception {
    return new PgoutputCapture(
        new PgoutputSettings(
            service,
            1,
            new PgoutputSettings.Source() {
              @Override
              public Connection connect() throws SQLException {
                return primary.server().replication();
              }

              @Override
              public String describe(SQLException error) {
                return SqlState.describe(error);
              }
            },
            slots.name(1),
            confirmed(),
            service,
            _ -> List.of("id"),
            slotCheck,
            bounds));
  }

  private Capture capture() throws Exception {
    return capture(Optional::empty);
  }

  private boolean active() {
    return Boolean.parseBoolean(
        primary
            .query(
                "SELECT active FROM pg_replication_slots WHERE slot_name = '" + slots.name(1) + "'")
            .replace("t", "true"));
  }

  @Test
  void theSlotIsFreeAsSoonAsTheCaptureIsClosed() throws Exception {
    for (int i = 1; i <= 5; i++) {
      Collector collector = new Collector();
      try (Capture capture = capture()) {
        capture.start(collector);
        primary.execute("INSERT INTO t VALUES (" + i + ")");
        Transaction inserted = collector.next();
        assertThat(active()).isTrue();
        capture.confirm(inserted.position().lsn());
      }
      assertThat(active()).isFalse();
      assertThat(collector.failures).isEmpty();
    }
  }

  @Test
  void aTransactionThatIsStreamedWhileOpenArrivesWithoutWhatWasRolledBack() throws Exception {
    primary.execute(
        "ALTER DATABASE "
            + primary.name()
            + " SET debug_logical_replication_streaming = immediate");
    Collector collector = new Collector();
    try (Capture capture = capture();
        Connection open = primary.connect();
        Statement statement = open.createStatement()) {
      capture.start(collector);
      open.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (1)");
      statement.execute("SAVEPOINT a");
      statement.execute("INSERT INTO t VALUES (2)");
      statement.execute("SAVEPOINT b");
      statement.execute("INSERT INTO t VALUES (3)");
      statement.execute("ROLLBACK TO a");
      statement.execute("INSERT INTO t VALUES (4)");
      statement.execute("RELEASE a");
      primary.execute("INSERT INTO t VALUES (5)");
      assertThat(ids(List.of(collector.next()))).containsExactly("5");
      statement.execute("INSERT INTO t VALUES (6)");
      open.commit();
      assertThat(ids(List.of(collector.next()))).containsExactly("1", "4", "6");
      statement.execute("INSERT INTO t VALUES (7)");
      open.rollback();
      primary.execute("INSERT INTO t VALUES (8)");
      assertThat(ids(List.of(collector.next()))).containsExactly("8");
    }
  }

  @Test
  void aLargeOpenTransactionWaitsOnDiskAndLeavesNothingThere() throws Exception {
    primary.execute("ALTER DATABASE " + primary.name() + " SET logical_decoding_work_mem = '64kB'");
    bounds = new PgoutputSettings.Bounds(256 << 10, 8L << 20, 1_000, Duration.ofSeconds(10));
    Collector collector = new Collector();
    try (Capture capture = capture();
        Connection open = primary.connect();
        Statement statement = open.createStatement()) {
      capture.start(collector);
      open.setAutoCommit(false);
      statement.execute(
          "INSERT INTO t SELECT g, md5(g::text), NULL FROM generate_series(1, 50000) g");
      primary.execute("INSERT INTO t VALUES (0)");
      assertThat(ids(List.of(collector.next()))).containsExactly("0");
      open.commit();
      Transaction large = collector.next();
      assertThat(large.changes()).hasSize(50_000);
      assertThat(large.changes().getLast())
          .isEqualTo(
              new Change.Insert(
                  TABLE, row("id", "50000", "v", "1017bfd4673955ffee4641ad3d481b1c", "big", null)));
    }
  }

  @Test
  void anIdleSlotFollowsWhatNobodyPublishes() throws Exception {
    bounds = new PgoutputSettings.Bounds(1 << 20, 1 << 20, 1_000, Duration.ofMillis(50));
    Collector collector = new Collector();
    try (Capture capture = capture()) {
      capture.start(collector);
      primary.execute("CREATE TABLE unpublished (id integer)");
      primary.execute("INSERT INTO unpublished SELECT generate_series(1, 10000)");
      Lsn written = Lsn.parse(primary.query("SELECT pg_current_wal_flush_lsn()"));
      Await.until("slot follows", LONG, () -> confirmed().compareTo(written) >= 0);

      primary.execute("INSERT INTO t VALUES (1)");
      Transaction outstanding = collector.next();
      Lsn before = confirmed();
      assertThat(before).isLessThan(outstanding.position().lsn());
      primary.execute("INSERT INTO unpublished SELECT generate_series(1, 10000)");
      primary.execute("INSERT INTO t VALUES (2)");
      Transaction next = collector.next();
      assertThat(confirmed()).as("something is outstanding").isEqualTo(before);
      capture.confirm(next.position().lsn());
      Lsn end = Lsn.parse(primary.query("SELECT pg_current_wal_flush_lsn()"));
      Await.until("slot follows", LONG, () -> confirmed().compareTo(end) >= 0);
    }
    assertThat(collector.transactions).isEmpty();
  }

  @Test
  void anOpenStreamedTransactionHoldsTheSlot() throws Exception {
    primary.execute(
        "ALTER DATABASE "
            + primary.name()
            + " SET debug_logical_replication_streaming = immediate");
    bounds = new PgoutputSettings.Bounds(1 << 20, 1 << 20, 1_000, Duration.ofMillis(50));
    Collector collector = new Collector();
    try (Capture capture = capture();
        Connection open = primary.connect();
        Statement statement = open.createStatement()) {
      capture.start(collector);
      open.setAutoCommit(false);
      statement.execute("INSERT INTO t VALUES (1)");
      Lsn begun = Lsn.parse(primary.query("SELECT pg_current_wal_insert_lsn()"));
      primary.execute("INSERT INTO t VALUES (2)");
      capture.confirm(collector.next().position().lsn());
      Await.until("slot follows", LONG, () -> confirmed().compareTo(begun) >= 0);
      Lsn before = confirmed();
      primary.execute("CREATE TABLE unpublished AS SELECT generate_series(1, 10000)");
      primary.execute("INSERT INTO t VALUES (3)");
      Transaction third = collector.next();
      assertThat(confirmed()).isEqualTo(before);
      capture.confirm(third.position().lsn());
      open.rollback();
      Lsn end = Lsn.parse(primary.query("SELECT pg_current_wal_flush_lsn()"));
      Await.until("slot follows", LONG, () -> confirmed().compareTo(end) >= 0);
    }
  }

  @Test
  void aSinkThatBlocksDoesNotEndTheStream() throws Exception {
    primary.execute("ALTER DATABASE " + primary.name() + " SET wal_sender_timeout = '2s'");
    bounds = new PgoutputSettings.Bounds(1 << 20, 1 << 10, 1_000, Duration.ofSeconds(10));
    CountDownLatch release = new CountDownLatch(1);
    Collector collector = new Collector();
    Capture.Sink blocked =
        new Capture.Sink() {
          @Override
          public void accept(Transaction transaction) throws InterruptedException {
            release.await();
            collector.accept(transaction);
          }

          @Override
          public void failed(String reason) {
            collector.failed(reason);
          }
        };
    try (Capture capture = capture()) {
      capture.start(blocked);
      for (int i = 1; i <= 100; i++) {
        primary.execute("INSERT INTO t VALUES (" + i + ", repeat('x', 100))");
      }
      long begun = Long.parseLong(primary.query("SELECT extract(epoch FROM now())::bigint"));
      Await.until(
          "several time-outs pass",
          LONG,
          () ->
              Long.parseLong(primary.query("SELECT extract(epoch FROM now())::bigint"))
                  > begun + 6);
      assertThat(collector.failures).isEmpty();
      release.countDown();
      for (int i = 1; i <= 100; i++) {
        assertThat(ids(List.of(collector.next()))).containsExactly(String.valueOf(i));
      }
    }
  }

  @Test
  void valuesAreExactWhateverTheirType() throws Exception {
    String types =
        """
        CREATE TYPE pair AS (a integer, b text);
        CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
        CREATE TABLE exact (id integer PRIMARY KEY, a integer[], t text[], r int4range,
          mr nummultirange, p pair, po polygon, m money, iv interval, by bytea, f real,
          ts timestamptz, d positive, x xml, h tsvector, bits bit varying, re regclass);
        ALTER PUBLICATION SERVICE ADD TABLE exact;
        """;
    primary.execute(types.replace("SERVICE", service));
    primary.execute("ALTER DATABASE " + primary.name() + " SET intervalstyle = sql_standard");
    primary.execute("ALTER DATABASE " + primary.name() + " SET extra_float_digits = -5");
    primary.execute("ALTER DATABASE " + primary.name() + " SET bytea_output = escape");
    primary.execute(
        """
        INSERT INTO exact VALUES (1, '{{1,NULL},{3,4}}', '{"a,b","NULL",NULL,""}', '[1,5)',
          '{[1.5,2),[7,)}', '(1,"x, y")', '((0,0),(1,1),(1,0))', 1234.5, '1 day -02:00:00',
          '\\x00ff41', 0.1, '2024-05-06 07:08:09.123456+00', 7, '<a>b</a>', 'a:1 b:2', B'101', 't')
        """);
    Collector collector = new Collector();
    try (Capture capture = capture()) {
      capture.start(collector);
      Change.Insert insert = (Change.Insert) collector.next().changes().getFirst();
      assertThat(insert.row().values())
          .containsExactly(
              "1",
              "{{1,NULL},{3,4}}",
              "{\"a,b\",\"NULL\",NULL,\"\"}",
              "[1,5)",
              "{[1.5,2),[7,)}",
              "(1,\"x, y\")",
              "((0,0),(1,1),(1,0))",
              "$1,234.50",
              "1 day -02:00:00",
              "\\x00ff41",
              "0.1",
              insert.row().values().get(11),
              "7",
              "<a>b</a>",
              "'a':1 'b':2",
              "101",
              "public.t");
      assertThat(String.valueOf(insert.row().values().get(11))).contains(":08:09.123456");
    }
  }

  @Test
  void aSlotThatIsNotThereEndsTheCaptureAndIsNotMadeAnew() throws Exception {
    Capture capture = capture();
    primary.execute("SELECT pg_drop_replication_slot('" + slots.name(1) + "')");
    Collector collector = new Collector();
    capture.start(collector);
    assertThat(collector.failures.poll(30, TimeUnit.SECONDS)).contains("42704");
    capture.close();
    assertThat(slots.find(1)).isEmpty();
    assertThat(collector.failures).isEmpty();
  }
}
