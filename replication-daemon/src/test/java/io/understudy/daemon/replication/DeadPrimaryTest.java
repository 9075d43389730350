package io.understudy.daemon.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.kill.ServerProcesses;
import io.understudy.daemon.postgres.Access;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGKILL of the primary's server, all its processes, and the take-over. */
@Tag("long")
class DeadPrimaryTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final InstantSource CLOCK = InstantSource.system();

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_SERVER")
  void theTakeOverLosesNothingThatWasReplicated(CaptureKind capture) throws Exception {
    long seed = new Random().nextLong();
    System.out.println("seed " + seed);
    EmbeddedPostgres doomed = TestDatabase.startServer();
    TestDatabase primary = TestDatabase.on(doomed, "eu-a");
    TestDatabase b = TestDatabase.on("eu-b");
    TestDatabase c = TestDatabase.on("us-a");
    RandomLoad.createTables(primary, b, c);
    String service = "d" + b.name();
    Recorder recorder = new Recorder();
    ReplicationSpec spec =
        new ReplicationSpec(
            service,
            1,
            primary.topology(),
            List.of(b.topology(), c.topology()),
            1,
            capture,
            Limits.DEFAULT);
    Position replicated;
    EpochEnd end;
    try (Replication replication = Replication.start(spec, CLOCK, recorder)) {
      Await.until("first copy", LONG, () -> !recorder.clocks.isEmpty());
      new RandomLoad(seed).run(primary, 300);
      long killed = System.nanoTime();
      ServerProcesses.kill(primary);
      Await.until("capture failed", LONG, () -> !recorder.captureFailures.isEmpty());
      System.out.println(
          "capture failed after "
              + (System.nanoTime() - killed) / 1_000_000
              + " ms: "
              + recorder.captureFailures);
      replicated = replication.replicated();
      long before = System.nanoTime();
      end = replication.finish(Duration.ofSeconds(5));
      System.out.println("finished in " + (System.nanoTime() - before) / 1_000_000 + " ms " + end);
    }
    assertThat(end.cut()).as("seed %d", seed).isGreaterThanOrEqualTo(replicated);
    assertThat(end.keepsReplicated()).isTrue();
    assertThat(end.positions()).hasSize(2);
    TestDatabase promoted = end.reachesCut("eu-b") ? b : c;
    TestDatabase other = promoted.equals(b) ? c : b;
    ReplicationSpec next =
        new ReplicationSpec(
            service, 2, promoted.topology(), List.of(other.topology()), 1, capture, Limits.DEFAULT);
    long before = System.nanoTime();
    try (Replication replication = Replication.startEpoch(next, end, CLOCK, new Recorder())) {
      new Access(promoted.database()).open(2);
      System.out.println("opened after " + (System.nanoTime() - before) / 1_000_000 + " ms");
      new RandomLoad(seed + 1).run(promoted, 100);
      Position position =
          new Position(2, Lsn.parse(promoted.query("SELECT pg_current_wal_flush_lsn()")));
      Await.until(
          "replicated in epoch 2", LONG, () -> replication.replicated().compareTo(position) >= 0);
      assertThat(other.contents()).as("seed %d", seed).isEqualTo(promoted.contents());
    } finally {
      doomed.close();
    }
  }
}
