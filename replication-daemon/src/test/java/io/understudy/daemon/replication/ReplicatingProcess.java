package io.understudy.daemon.replication;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.AppliedClock;
import io.understudy.model.Position;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * A replication in a process of its own, to be killed: arguments are the service, k, the capture,
 * and endpoint:port:database of the primary and the shadows. Prints what it promises.
 */
final class ReplicatingProcess {
  private ReplicatingProcess() {}

  public static void main(String[] args) throws Exception {
    List<TestDatabase> databases = new ArrayList<>();
    for (String arg : List.of(args).subList(3, args.length)) {
      String[] parts = arg.split(":", -1);
      databases.add(new TestDatabase(parts[0], Integer.parseInt(parts[1]), parts[2]));
    }
    ReplicationSpec spec =
        new ReplicationSpec(
            args[0],
            1,
            databases.getFirst().topology(),
            databases.stream().skip(1).map(TestDatabase::topology).toList(),
            Integer.parseInt(args[1]),
            CaptureKind.parse(args[2]),
            Limits.DEFAULT);
    Replication.start(spec, InstantSource.system(), new Printer());
    Thread.currentThread().join();
  }

  /** One line per event. */
  private static final class Printer implements ReplicationListener {
    @Override
    public void watermarkAdvanced(Position replicated) {
      System.out.println("replicated " + replicated);
    }

    @Override
    public void appliedClockAdvanced(AppliedClock clock) {}

    @Override
    public void shadowChanged(ShadowStatus status) {
      System.out.println("shadow " + status.endpoint() + " " + status.state());
    }

    @Override
    public void captureFailed(String reason) {
      System.out.println("captureFailed " + reason);
    }
  }
}
