package io.understudy.daemon.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.kill.JvmProcess;
import io.understudy.daemon.kill.Seed;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.PostgresVersion;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** SIGKILL of the replicating process at random moments, under load. */
class KillAndRestartTest {
  private static final int KILLS = 3;
  private static final int KILLS_OF_THE_LONG_PROOF = 100;
  private static final Duration LONG = Duration.ofSeconds(60);

  private final TestDatabase primary = TestDatabase.on(version(), "eu-a");
  private final TestDatabase b = TestDatabase.on(version(), "eu-b");
  private final TestDatabase c = TestDatabase.on(version(), "us-a");
  private final String service = "k" + primary.name();
  private final AtomicLong promisedLsn = new AtomicLong();
  private final Queue<String> lines = new ConcurrentLinkedQueue<>();

  PostgresVersion version() {
    return PostgresVersion.V17;
  }

  @Tag("long")
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_SERVER")
  @Timeout(300)
  void noTransactionIsLostAndNoneIsAppliedTwice(CaptureKind capture) throws Exception {
    killAndRestart(capture, KILLS);
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_SERVER")
  @Tag("long")
  @Timeout(3_600)
  void norAfterAHundredKills(CaptureKind capture) throws Exception {
    killAndRestart(capture, KILLS_OF_THE_LONG_PROOF);
  }

  private void killAndRestart(CaptureKind capture, int kills) throws Exception {
    Seed drawn = Seed.draw();
    long seed = drawn.value();
    Random random = drawn.random();
    RandomLoad.createTables(primary, b, c);
    AtomicBoolean running = new AtomicBoolean(true);
    AtomicReference<Exception> loadFailure = new AtomicReference<>();
    Thread load = Thread.ofPlatform().start(() -> load(seed, running, loadFailure));
    for (int kill = 0; kill < kills; kill++) {
      Position before = promised();
      JvmProcess process = launch(capture);
      Await.until(
          "progress in round " + kill + " " + lines, LONG, () -> promised().compareTo(before) > 0);
      Thread.sleep(random.nextInt(1500));
      process.kill();
      for (TestDatabase shadow : List.of(b, c)) {
        Position held =
            Position.parse(shadow.query("SELECT epoch || ':' || lsn FROM understudy.applied"));
        assertThat(held).as("seed %d round %d", seed, kill).isGreaterThanOrEqualTo(promised());
      }
      assertThat(confirmed()).isLessThanOrEqualTo(promised().lsn());
    }
    running.set(false);
    load.join();
    assertThat(loadFailure.get()).isNull();
    Position end = new Position(1, Lsn.parse(primary.query("SELECT pg_current_wal_flush_lsn()")));
    JvmProcess last = launch(capture);
    Await.until("the end " + end, LONG, () -> promised().compareTo(end) >= 0);
    last.kill();
    assertThat(b.contents()).as("seed %d", seed).isEqualTo(primary.contents());
    assertThat(c.contents()).as("seed %d", seed).isEqualTo(primary.contents());
    assertThat(lines.stream().filter(line -> line.contains("Seeding[rows=0")).count())
        .as("one copy per shadow, at the first start: %s", lines)
        .isLessThanOrEqualTo(4);
    assertThat(lines).noneMatch(line -> line.contains("Failed") || line.contains("captureFailed"));
  }

  private void load(long seed, AtomicBoolean running, AtomicReference<Exception> failure) {
    RandomLoad load = new RandomLoad(seed);
    try {
      while (running.get()) {
        load.run(primary, 20);
        Thread.sleep(50);
      }
    } catch (Exception e) {
      failure.set(e);
    }
  }

  private Position promised() {
    return new Position(1, new Lsn(promisedLsn.get()));
  }

  private Lsn confirmed() {
    return Lsn.parse(
        primary.query(
            "SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = 'understudy_"
                + service
                + "_1'"));
  }

  private JvmProcess launch(CaptureKind capture) throws IOException {
    List<String> arguments = new ArrayList<>(List.of(service, "2", capture.toString()));
    for (TestDatabase database : List.of(primary, b, c)) {
      arguments.add(database.endpoint() + ":" + database.port() + ":" + database.name());
    }
    return JvmProcess.start(
        new JvmProcess.Program(
            ReplicatingProcess.class, arguments, Path.of("target/killed-process.log")),
        this::heard);
  }

  private void heard(String line) {
    if (line.startsWith("replicated ")) {
      Position position = Position.parse(line.substring("replicated ".length()));
      promisedLsn.accumulateAndGet(position.lsn().value(), Math::max);
    } else {
      lines.add(line);
    }
  }
}
