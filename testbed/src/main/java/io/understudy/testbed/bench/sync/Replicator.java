package io.understudy.testbed.bench.sync;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.replication.Limits;
import io.understudy.daemon.replication.Replication;
import io.understudy.daemon.replication.ReplicationListener;
import io.understudy.daemon.replication.ReplicationSpec;
import io.understudy.daemon.replication.ShadowState;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.model.AppliedClock;
import io.understudy.model.Position;
import io.understudy.model.config.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/**
 * The daemon's replication of one service and nothing else: arguments are a file whose appearance
 * is the signal to begin, the capture, and {@code name:port:database} of the primary and the
 * shadows. Says {@code armed} when it waits for the signal, {@code ready} when every shadow is in
 * sync, and from then on every lag that it sees, milliseconds.
 */
public final class Replicator implements ReplicationListener {
  private static final int FAILED = 1;
  private static final long LOOK_NANOS = 1_000_000;

  private final InstantSource clock;
  private final int shadows;
  private final Set<String> inSync = ConcurrentHashMap.newKeySet();
  private final CountDownLatch ended = new CountDownLatch(1);
  private volatile boolean ready;

  private Replicator(InstantSource clock, int shadows) {
    this.clock = clock;
    this.shadows = shadows;
  }

  /** Replicates until the process is told to end. */
  public static int run(String[] arguments, InstantSource clock) {
    List<Topology.Endpoint> endpoints = new ArrayList<>();
    for (String argument : List.of(arguments).subList(2, arguments.length)) {
      endpoints.add(endpoint(argument));
    }
    List<Topology.Endpoint> shadows = endpoints.subList(1, endpoints.size());
    ReplicationSpec spec =
        new ReplicationSpec(
            "bench",
            1,
            endpoints.getFirst(),
            shadows,
            Math.min(2, shadows.size()),
            CaptureKind.parse(arguments[1]),
            Limits.DEFAULT);
    Replicator replicator = new Replicator(clock, shadows.size());
    awaitSignal(Path.of(arguments[0]));
    try (Replication replication = Replication.start(spec, clock, replicator)) {
      Runtime.getRuntime().addShutdownHook(new Thread(replication::close));
      replicator.ended.await();
      return FAILED;
    } catch (SQLException e) {
      System.err.println("the replication does not start: " + e.getMessage());
      return FAILED;
    } catch (InterruptedException e) {
      return FAILED;
    }
  }

  private static void awaitSignal(Path signal) {
    System.out.println("armed");
    while (Files.notExists(signal)) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  @Override
  public void watermarkAdvanced(Position replicated) {}

  @Override
  public void appliedClockAdvanced(AppliedClock applied) {
    if (ready) {
      System.out.println("lag " + (clock.millis() - applied.readingMillis()));
    }
  }

  @Override
  public void shadowChanged(ShadowStatus status) {
    if (status.state() instanceof ShadowState.InSync) {
      inSync.add(status.endpoint());
      if (inSync.size() == shadows && !ready) {
        ready = true;
        System.out.println("ready");
      }
    }
    if (status.state() instanceof ShadowState.Failed failed) {
      captureFailed("shadow " + status.endpoint() + ": " + failed.reason());
    }
  }

  @Override
  public void captureFailed(String reason) {
    System.err.println(reason);
    ended.countDown();
  }

  private static Topology.Endpoint endpoint(String text) {
    String[] parts = text.split(":", -1);
    return new Topology.Endpoint(
        parts[0],
        "eu",
        "127.0.0.1",
        1,
        "/metrics",
        new Topology.Database(
            "127.0.0.1",
            Integer.parseInt(parts[1]),
            parts[2],
            "postgres",
            Optional.empty(),
            "orders_app"));
  }
}
