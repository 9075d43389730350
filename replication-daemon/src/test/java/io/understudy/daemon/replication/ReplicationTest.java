package io.understudy.daemon.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole chain against real servers with fsync on. */
class ReplicationTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final InstantSource CLOCK = InstantSource.system();

  private final TestDatabase primary = TestDatabase.on("eu-a");
  private final TestDatabase b = TestDatabase.on("eu-b");
  private final TestDatabase c = TestDatabase.on("us-a");
  private final Recorder recorder = new Recorder();
  private final String service = "s" + primary.name();
  private CaptureKind capture = CaptureKind.DEBEZIUM;

  @BeforeEach
  void tables(TestInfo info) {
    System.out.println(info.getDisplayName() + " " + primary);
    RandomLoad.createTables(primary, b, c);
  }

  private ReplicationSpec spec(long epoch, int k, TestDatabase source, TestDatabase... shadows) {
    return new ReplicationSpec(
        service,
        epoch,
        source.topology(),
        List.of(shadows).stream().map(TestDatabase::topology).toList(),
        k,
        capture,
        Limits.DEFAULT);
  }

  private static void inSync(Replication replication) throws Exception {
    Await.until(
        "in sync: " + replication.shadows(),
        LONG,
        () ->
            replication.shadows().stream().allMatch(s -> s.state() instanceof ShadowState.InSync));
  }

  private static Position now(TestDatabase database, long epoch) {
    return new Position(epoch, Lsn.parse(database.query("SELECT pg_current_wal_flush_lsn()")));
  }

  private static void applied(Replication replication, Position position) throws Exception {
    Await.until(
        "applied " + position,
        LONG,
        () -> replication.shadows().stream().allMatch(s -> s.applied().compareTo(position) >= 0));
  }

  private static void eventually(String what, Callable<Boolean> condition) throws Exception {
    Await.until(what, LONG, condition);
  }

  private ShadowStatus status(Replication replication, TestDatabase shadow) {
    return replication.shadows().stream()
        .filter(s -> s.endpoint().equals(shadow.endpoint()))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_SERVER")
  void seededAndStreamedShadowsEqualThePrimaryUnderRandomLoad(CaptureKind kind) throws Exception {
    capture = kind;
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    RandomLoad load = new RandomLoad(seed);
    load.run(primary, 200);
    try (Replication replication = Replication.start(spec(1, 2, primary, b, c), CLOCK, recorder)) {
      load.run(primary, 600);
      inSync(replication);
      load.run(primary, 600);
      applied(replication, now(primary, 1));
      assertThat(b.contents()).as("seed %d", seed).isEqualTo(primary.contents());
      assertThat(c.contents()).as("seed %d", seed).isEqualTo(primary.contents());
      assertThat(primary.contents().get("public.item")).doesNotStartWith("0 ");
      assertThat(List.copyOf(recorder.watermarks)).isSorted();
      assertThat(recorder.captureFailures).isEmpty();
    }
  }

  @Test
  void aShadowOfTransactionsThatAreStreamedWhileOpenEqualsThePrimary() throws Exception {
    capture = CaptureKind.PGOUTPUT;
    primary.execute(
        "ALTER DATABASE "
            + primary.name()
            + " SET debug_logical_replication_streaming = immediate");
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    try (Replication replication = Replication.start(spec(1, 1, primary, b), CLOCK, recorder)) {
      inSync(replication);
      new RandomLoad(seed).run(primary, 400);
      applied(replication, now(primary, 1));
      assertThat(b.contents()).as("seed %d", seed).isEqualTo(primary.contents());
      assertThat(recorder.captureFailures).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_SERVER")
  void aRestartGoesOnFromSlotAndPositionsWithoutACopy(CaptureKind kind) throws Exception {
    capture = kind;
    try (Replication replication = Replication.start(spec(1, 1, primary, b), CLOCK, recorder)) {
      inSync(replication);
    }
    new RandomLoad(7).run(primary, 50);
    Recorder second = new Recorder();
    try (Replication replication = Replication.start(spec(1, 1, primary, b), CLOCK, second)) {
      inSync(replication);
      applied(replication, now(primary, 1));
      assertThat(b.contents()).isEqualTo(primary.contents());
      assertThat(second.changes).noneMatch(s -> s.state() instanceof ShadowState.Seeding);
    }
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_SERVER")
  void theSlotIsNeverConfirmedBeyondWhatTheBlockedShadowHolds(CaptureKind kind) throws Exception {
    capture = kind;
    try (Replication replication = Replication.start(spec(1, 1, primary, b), CLOCK, recorder)) {
      inSync(replication);
      try (Connection blocker = b.connect();
          Statement statement = blocker.createStatement()) {
        blocker.setAutoCommit(false);
        statement.execute("LOCK understudy.applied IN ACCESS EXCLUSIVE MODE");
        Position before = status(replication, b).applied();
        new RandomLoad(8).run(primary, 100);
        Lsn written = now(primary, 1).lsn();
        // The stream is past the load, so that only the blocked shadow can hold the slot back.
        eventually(
            "the load is captured",
            () -> {
              ShadowStatus blocked = status(replication, b);
              return blocked.applied().lsn().value() + blocked.lagBytes() >= written.value();
            });
        Lsn confirmed = confirmed();
        Position held = status(replication, b).applied();
        assertThat(confirmed).isLessThanOrEqualTo(held.lsn()).isLessThan(written);
        assertThat(replication.replicated()).isLessThanOrEqualTo(held);
        assertThat(held).isGreaterThanOrEqualTo(before);
        blocker.rollback();
      }
      Position end = now(primary, 1);
      applied(replication, end);
      eventually("slot follows", () -> confirmed().compareTo(end.lsn()) >= 0);
      assertThat(b.contents()).isEqualTo(primary.contents());
    }
  }

  private Lsn confirmed() {
    return Lsn.parse(
        primary.query(
            "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'understudy_"
                + service
                + "_1'"));
  }

  @Test
  void aPoisonChangeStopsItsShadowLoudlyWhileTheOtherGoesOn() throws Exception {
    try (Replication replication = Replication.start(spec(1, 1, primary, b, c), CLOCK, recorder)) {
      inSync(replication);
      b.execute("INSERT INTO wiped VALUES (4711, 'tampered')");
      primary.execute("INSERT INTO wiped VALUES (4711, 'secret-value')");
      eventually("b failed", () -> status(replication, b).state() instanceof ShadowState.Failed);
      Position end = now(primary, 1);
      eventually("c goes on", () -> status(replication, c).applied().compareTo(end) >= 0);
      eventually("replicated", () -> replication.replicated().compareTo(end) >= 0);
      assertThat(status(replication, b).state().toString())
          .contains("public.wiped", "[id]", "23505")
          .doesNotContain("secret-value")
          .doesNotContain("4711");

      RandomLoad load = new RandomLoad(9);
      load.run(primary, 50);
      replication.reseed("eu-b");
      load.run(primary, 200);
      inSync(replication);
      applied(replication, now(primary, 1));
      assertThat(b.contents()).isEqualTo(primary.contents());
      assertThat(c.contents()).isEqualTo(primary.contents());
    }
  }

  @Test
  void anUnsupportedTypeStopsTheShadowNamingTableAndColumn() throws Exception {
    for (TestDatabase database : List.of(primary, b)) {
      database.execute("CREATE TABLE shape (id integer PRIMARY KEY, p polygon)");
    }
    try (Replication replication = Replication.start(spec(1, 1, primary, b), CLOCK, recorder)) {
      inSync(replication);
      primary.execute("INSERT INTO shape VALUES (1, '((0,0),(1,1),(1,0))')");
      eventually("failed", () -> status(replication, b).state() instanceof ShadowState.Failed);
      assertThat(status(replication, b).state().toString()).contains("public.shape column p");
    }
  }

  @Test
  void pgoutputCarriesTheTypesThatDebeziumCannot() throws Exception {
    capture = CaptureKind.PGOUTPUT;
    for (TestDatabase database : List.of(primary, b)) {
      database.execute(
          """
          CREATE TYPE pair AS (a integer, b text);
          CREATE TABLE shape (id integer PRIMARY KEY, p polygon, a text[], r tstzrange,
            m nummultirange, c pair, cash money, h tsvector, bits bit varying);
          """);
    }
    try (Replication replication = Replication.start(spec(1, 1, primary, b), CLOCK, recorder)) {
      inSync(replication);
      primary.execute(
          """
          INSERT INTO shape VALUES (1, '((0,0),(1,1),(1,0))', '{{"a,b",NULL},{"NULL",""}}',
            '[2024-01-01 00:00:00+00,)', '{[1.5,2),[7,)}', '(1,"x, y")', -1234.5, 'a:1 b:2',
            B'101')
          """);
      applied(replication, now(primary, 1));
      assertThat(b.contents()).isEqualTo(primary.contents());
      primary.execute("UPDATE shape SET a[1][1] = 'new', r = 'empty', c = NULL");
      applied(replication, now(primary, 1));
      assertThat(b.contents()).isEqualTo(primary.contents());
    }
  }

  @Test
  void aStoppedShadowIsGivenUpWhileKOthersGoOn() throws Exception {
    Limits small =
        new Limits(
            Duration.ofMillis(100),
            Duration.ofSeconds(1),
            3,
            64 << 10,
            64 << 20,
            Duration.ofMillis(500),
            100);
    ReplicationSpec spec =
        new ReplicationSpec(
            service, 1, primary.topology(), List.of(b.topology(), c.topology()), 1, capture, small);
    try (Replication replication = Replication.start(spec, CLOCK, recorder)) {
      inSync(replication);
      try (Connection blocker = b.connect();
          Statement statement = blocker.createStatement()) {
        blocker.setAutoCommit(false);
        statement.execute("LOCK understudy.applied IN ACCESS EXCLUSIVE MODE");
        new RandomLoad(10).run(primary, 300);
        Position end = now(primary, 1);
        eventually("c goes on", () -> status(replication, c).applied().compareTo(end) >= 0);
        assertThat(status(replication, b).state()).isInstanceOf(ShadowState.Failed.class);
      }
      replication.reseed("eu-b");
      inSync(replication);
      applied(replication, now(primary, 1));
      assertThat(b.contents()).isEqualTo(primary.contents());
    }
  }

  @Test
  void thePromotedShadowAndTheOtherOneStayEqualAcrossEpochs() throws Exception {
    EpochEnd end;
    try (Replication replication = Replication.start(spec(1, 1, primary, b, c), CLOCK, recorder)) {
      inSync(replication);
      new RandomLoad(11).run(primary, 200);
      applied(replication, now(primary, 1));
      end = replication.finish(Duration.ofSeconds(5));
    }
    assertThat(end.keepsReplicated()).isTrue();
    assertThat(end.reachesCut("eu-b")).isTrue();
    assertThat(end.reachesCut("us-a")).isTrue();
    assertThat(Replication.inspect(spec(1, 1, primary, b, c)).positions())
        .isEqualTo(end.positions());

    Recorder second = new Recorder();
    try (Replication replication = Replication.startEpoch(spec(2, 1, b, c), end, CLOCK, second)) {
      new RandomLoad(12).run(b, 200);
      inSync(replication);
      applied(replication, now(b, 2));
      assertThat(c.contents()).isEqualTo(b.contents());
      assertThat(second.changes).noneMatch(s -> s.state() instanceof ShadowState.Seeding);
      assertThat(replication.replicated().epoch()).isEqualTo(2);
    }
    Recorder third = new Recorder();
    try (Replication replication = Replication.start(spec(2, 1, b, c), CLOCK, third)) {
      inSync(replication);
      assertThat(third.changes).noneMatch(s -> s.state() instanceof ShadowState.Seeding);
    }
  }

  @Test
  void withoutShadowsThePrimaryAloneHoldsWhatIsReplicated() throws Exception {
    try (Replication replication = Replication.start(spec(1, 0, primary), CLOCK, recorder)) {
      primary.execute("INSERT INTO wiped VALUES (1, 'x')");
      Position end = now(primary, 1);
      eventually("replicated", () -> replication.replicated().compareTo(end) >= 0);
      eventually("slot follows", () -> confirmed().compareTo(end.lsn()) >= 0);
    }
  }
}
