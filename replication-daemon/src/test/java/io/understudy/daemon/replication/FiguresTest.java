package io.understudy.daemon.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class FiguresTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void aValueCountsBelowTheFirstBoundThatIsNotSmaller() {
    Distribution distribution = Distribution.doubling(1, 3);
    for (double value : new double[] {0, 1, 1.5, 4, 4.1, 100}) {
      distribution.record(value);
    }
    assertThat(distribution.snapshot())
        .isEqualTo(
            new Distribution.Snapshot(List.of(1.0, 2.0, 4.0), List.of(2L, 1L, 1L, 2L), 110.6));
  }

  @Test
  void acksAreMeasuredFromCaptureToTheWatermarkThatCoversThem() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    AckTimer timer = new AckTimer(now::get);
    timer.captured(new Position(1, new Lsn(10)));
    now.set(Instant.EPOCH.plusMillis(1));
    timer.captured(new Position(1, new Lsn(20)));
    timer.captured(new Position(1, new Lsn(30)));
    now.set(Instant.EPOCH.plusMillis(5));
    timer.replicated(new Position(1, new Lsn(10)));
    assertThat(timer.seconds().sum()).isEqualTo(0.005);
    timer.replicated(new Position(1, new Lsn(30)));
    assertThat(timer.seconds().counts().stream().mapToLong(n -> n).sum())
        .as("one sample a millisecond")
        .isEqualTo(2);
  }

  @Test
  void aRunningReplicationTellsThemAll() throws Exception {
    TestDatabase primary = TestDatabase.on("eu-a");
    TestDatabase shadow = TestDatabase.on("eu-b");
    for (TestDatabase database : List.of(primary, shadow)) {
      database.execute("CREATE TABLE t (id integer PRIMARY KEY, u integer UNIQUE)");
    }
    primary.execute("INSERT INTO t VALUES (1, 1), (2, 2)");
    ReplicationSpec spec =
        new ReplicationSpec(
            "f" + primary.name(),
            1,
            primary.topology(),
            List.of(shadow.topology()),
            1,
            CaptureKind.PGOUTPUT,
            Limits.DEFAULT);
    try (Replication replication =
        Replication.start(spec, InstantSource.system(), new Recorder())) {
      Await.until(
          "in sync",
          LONG,
          () -> replication.shadows().getFirst().state() instanceof ShadowState.InSync);
      primary.execute(
          "BEGIN; UPDATE t SET u = 3 WHERE id = 2; UPDATE t SET u = 2 WHERE id = 1;"
              + " INSERT INTO t VALUES (3, 1); COMMIT");
      Await.until(
          "a slot's log", LONG, () -> replication.figures().slotRetainedBytes().orElse(-1) >= 0);
      Await.until("applied", LONG, () -> shadow.contents().equals(primary.contents()));
      Await.until("counted", LONG, () -> count(replication.figures().ackSeconds()) > 5);
      Figures figures = replication.figures();
      assertThat(figures.replicated().epoch()).isEqualTo(1);
      assertThat(figures.captured()).isGreaterThanOrEqualTo(figures.replicated());
      Figures.OfShadow applier = Objects.requireNonNull(figures.shadows().get("eu-b"));
      assertThat(count(applier.groupChanges())).isPositive();
      assertThat(applier.groupChanges().sum()).isGreaterThanOrEqualTo(3);
      assertThat(applier.retries()).isZero();
    }
  }

  private static long count(Distribution.Snapshot taken) {
    return taken.counts().stream().mapToLong(Long::longValue).sum();
  }
}
