package io.understudy.daemon.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.Fingerprint;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Changes of the schema in the stream, against real servers. */
class SchemaChangeTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final InstantSource CLOCK = InstantSource.system();

  private final TestDatabase primary = TestDatabase.on("eu-a");
  private final TestDatabase b = TestDatabase.on("eu-b");
  private final TestDatabase c = TestDatabase.on("us-a");
  private final String service = "x" + primary.name();
  private final Recorder recorder = new Recorder();

  @BeforeEach
  void tables() {
    for (TestDatabase database : List.of(primary, b, c)) {
      database.execute(
          """
          CREATE TABLE t (id integer PRIMARY KEY, a text, old text, n integer);
          CREATE TABLE still (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v integer);
          """);
    }
    primary.execute("INSERT INTO t SELECT i, 'a' || i, 'o', i FROM generate_series(1, 50) i");
  }

  private ReplicationSpec spec(CaptureKind capture, boolean captureDdl, TestDatabase... shadows) {
    return new ReplicationSpec(
        service,
        1,
        primary.topology(),
        List.of(shadows).stream().map(TestDatabase::topology).toList(),
        1,
        capture,
        Limits.DEFAULT,
        captureDdl);
  }

  private static void inSync(Replication replication) throws Exception {
    Await.until(
        "in sync",
        LONG,
        () ->
            replication.shadows().stream().allMatch(s -> s.state() instanceof ShadowState.InSync));
  }

  private void applied(Replication replication) throws Exception {
    Position now = new Position(1, Lsn.parse(primary.query("SELECT pg_current_wal_flush_lsn()")));
    try {
      Await.until(
          "applied",
          LONG,
          () -> replication.shadows().stream().allMatch(s -> s.applied().compareTo(now) >= 0));
    } catch (AssertionError e) {
      throw new AssertionError(replication.shadows().toString(), e);
    }
  }

  private static long shape(TestDatabase database) throws SQLException {
    try (Connection connection = database.connect()) {
      return Fingerprint.read(connection).value();
    }
  }

  /** Rows of a table that no statement changes, all the time. */
  private void trickle(AtomicBoolean going, AtomicInteger errors) {
    try (Connection connection = primary.connect();
        Statement statement = connection.createStatement()) {
      while (going.get()) {
        statement.execute("INSERT INTO still (v) VALUES (1)");
        statement.execute("UPDATE t SET n = n + 1 WHERE id = 7");
      }
    } catch (SQLException e) {
      errors.incrementAndGet();
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_SERVER")
  void theShadowsRepeatEveryChangeInItsPlaceAmongTheRows(CaptureKind capture) throws Exception {
    try (Replication replication = Replication.start(spec(capture, true, b, c), CLOCK, recorder)) {
      inSync(replication);
      AtomicBoolean going = new AtomicBoolean(true);
      AtomicInteger errors = new AtomicInteger();
      Thread client = Thread.ofPlatform().start(() -> trickle(going, errors));
      primary.execute("ALTER TABLE t ADD COLUMN added integer NOT NULL DEFAULT 5");
      primary.execute("INSERT INTO t (id, a, added) VALUES (100, 'new', 6)");
      primary.execute("ALTER TABLE t DROP COLUMN old");
      primary.execute("UPDATE t SET a = a || '!' WHERE id < 10");
      primary.execute("ALTER TABLE t ALTER COLUMN a TYPE varchar(20)");
      primary.execute("ALTER TABLE t RENAME COLUMN a TO label");
      primary.execute("CREATE TABLE fresh (id serial PRIMARY KEY, \"When\" date)");
      primary.execute("INSERT INTO fresh (\"When\") VALUES ('2024-02-29'), (NULL)");
      try (Connection connection = primary.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("INSERT INTO fresh (\"When\") VALUES ('2025-01-01')");
        statement.execute("ALTER TABLE fresh ADD COLUMN note text");
        statement.execute("INSERT INTO fresh (note) VALUES ('between')");
        statement.execute("ALTER TABLE fresh RENAME TO renamed");
        statement.execute("UPDATE renamed SET note = 'after' WHERE note IS NULL");
        connection.commit();
        statement.execute("ALTER TABLE renamed ADD COLUMN never integer");
        statement.execute("INSERT INTO renamed (never) VALUES (1)");
        connection.rollback();
      }
      primary.execute("CREATE INDEX by_label ON t (label)");
      primary.execute("ALTER TABLE t ADD g integer GENERATED ALWAYS AS (id * 2) STORED");
      primary.execute("UPDATE t SET label = 'last' WHERE id = 3");
      primary.execute("DROP TABLE IF EXISTS not_there");
      going.set(false);
      client.join();
      applied(replication);
      assertThat(errors).hasValue(0);
      assertThat(b.contents()).isEqualTo(primary.contents()).containsKey("public.renamed");
      assertThat(c.contents()).isEqualTo(primary.contents());
      assertThat(shape(b)).isEqualTo(shape(primary));
      assertThat(b.query("SELECT count(*) FROM pg_indexes WHERE indexname = 'by_label'"))
          .isEqualTo("1");
      assertThat(recorder.captureFailures).isEmpty();
      assertThat(recorder.changes).noneMatch(s -> s.state() instanceof ShadowState.Failed);
    }
  }

  @Test
  void aShadowThatWasAwayRunsThemWhenItComesBack() throws Exception {
    ReplicationSpec spec = spec(CaptureKind.PGOUTPUT, true, b);
    try (Replication replication = Replication.start(spec, CLOCK, recorder)) {
      inSync(replication);
    }
    primary.execute("ALTER TABLE t ADD COLUMN added integer");
    primary.execute("INSERT INTO t (id, added) VALUES (200, 1)");
    Recorder second = new Recorder();
    try (Replication replication = Replication.start(spec, CLOCK, second)) {
      inSync(replication);
      applied(replication);
      assertThat(b.contents()).isEqualTo(primary.contents());
      assertThat(second.changes).noneMatch(s -> s.state() instanceof ShadowState.Seeding);
    }
    // One that comes new into the service gets them before its copy.
    primary.execute("ALTER TABLE t ADD COLUMN more integer DEFAULT 3");
    Recorder third = new Recorder();
    try (Replication replication =
        Replication.start(spec(CaptureKind.PGOUTPUT, true, b, c), CLOCK, third)) {
      inSync(replication);
      applied(replication);
      assertThat(b.contents()).isEqualTo(primary.contents());
      assertThat(c.contents()).isEqualTo(primary.contents());
    }
  }

  @Test
  void theApplicationMayNotWriteANewTableOfAShadow() throws Exception {
    try (Replication replication =
        Replication.start(spec(CaptureKind.PGOUTPUT, true, b), CLOCK, recorder)) {
      inSync(replication);
      primary.execute("CREATE TABLE fresh (id integer PRIMARY KEY)");
      primary.execute("GRANT INSERT, SELECT ON fresh TO " + TestDatabase.ROLE);
      applied(replication);
      String may = "SELECT has_table_privilege('orders_app', 'fresh', 'INSERT')";
      assertThat(primary.query(may)).isEqualTo("t");
      assertThat(b.query(may)).isEqualTo("f");
    }
  }

  @Test
  void whatCannotBeRepeatedIsRefusedOnThePrimary() throws Exception {
    try (Replication replication =
        Replication.start(spec(CaptureKind.PGOUTPUT, true, b), CLOCK, recorder)) {
      inSync(replication);
      refused("DO $$ BEGIN EXECUTE 'ALTER TABLE t ADD x integer'; END $$", "cannot be repeated");
      refused("CREATE TABLE copy AS SELECT * FROM t", "made with rows in it");
      refused("ALTER TABLE t ADD r double precision DEFAULT random()", "would differ on every");
      primary.execute("CREATE TEMP TABLE mine (id integer); DROP TABLE mine");
      primary.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm");
      applied(replication);
      assertThat(b.query("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'"))
          .isEqualTo("1");
      assertThat(primary.query("SELECT string_agg(command, '|') FROM understudy.ddl"))
          .isEqualTo("CREATE EXTENSION IF NOT EXISTS pg_trgm");
    }
  }

  private void refused(String sql, String reason) {
    assertThatThrownBy(() -> primary.execute(sql)).rootCause().hasMessageContaining(reason);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_SERVER")
  void withoutThemAShadowWithOtherTablesLeavesLoudlyAndCommitsGoOn(CaptureKind capture)
      throws Exception {
    try (Replication replication = Replication.start(spec(capture, false, b), CLOCK, recorder)) {
      inSync(replication);
      primary.execute("ALTER TABLE t ADD COLUMN added integer DEFAULT 5");
      Await.until(
          "b left",
          LONG,
          () -> replication.shadows().getFirst().state() instanceof ShadowState.Failed);
      assertThat(replication.shadows().getFirst().state().toString())
          .contains("the primary's tables have changed")
          .contains("eu-b: table public.t differs")
          .contains("added integer");
      primary.execute("INSERT INTO t (id, added) VALUES (300, 1)");
      b.execute("ALTER TABLE t ADD COLUMN added integer DEFAULT 5");
      replication.reseed("eu-b");
      inSync(replication);
      applied(replication);
      assertThat(b.contents()).isEqualTo(primary.contents());
    }
  }
}
