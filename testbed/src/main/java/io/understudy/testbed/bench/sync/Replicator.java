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
import java.util.concurrent.locks.LockSupport;

/**
 * The daemon's replication of one service and nothing else, as often as it is told: it begins when
 * the file {@code N.go} appears and stops when {@code N.halt} does, for N = 1, 2, 3 and so on. One
 * process does all of them, because a daemon that has just begun spends its time on compiling
 * itself. Arguments are the folder of those files, the capture, and {@code name:port:database} of
 * the primary and the shadows.
 *
 * <p>Says {@code armed N} when it waits for the first file, {@code ready N} when every shadow is in
 * sync, from then on every lag that it sees, milliseconds, and {@code halted N}.
 */
public final class Replicator implements ReplicationListener {
  private static final int FAILED = 1;
  private static final long LOOK_NANOS = 5_000_000;

  private final InstantSource clock;
  private final int shadows;
  private final int round;
  private final Set<String> inSync = ConcurrentHashMap.newKeySet();
  private volatile boolean ready;
  private volatile boolean failed;

  private Replicator(InstantSource clock, int shadows, int round) {
    this.clock = clock;
    this.shadows = shadows;
    this.round = round;
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
    Path folder = Path.of(arguments[0]);
    int round = 1;
    while (new Replicator(clock, shadows.size(), round).replicate(spec, folder)) {
      round++;
    }
    return FAILED;
  }

  /** One round; returns whether it went well. */
  private boolean replicate(ReplicationSpec spec, Path folder) {
    System.out.println("armed " + round);
    await(folder.resolve(round + ".go"));
    try (Replication replication = Replication.start(spec, clock, this)) {
      Thread hook = new Thread(replication::close);
      Runtime.getRuntime().addShutdownHook(hook);
      await(folder.resolve(round + ".halt"));
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (SQLException e) {
      captureFailed("the replication does not start: " + e.getMessage());
    }
    System.out.println("halted " + round);
    return !failed;
  }

  private void await(Path signal) {
    while (Files.notExists(signal) && !failed) {
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
        System.out.println("ready " + round);
      }
    }
    if (status.state() instanceof ShadowState.Failed failed) {
      captureFailed("shadow " + status.endpoint() + ": " + failed.reason());
    }
  }

  @Override
  public void captureFailed(String reason) {
    System.err.println(reason);
    failed = true;
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
