package io.understudy.daemon.replication;

import io.understudy.model.AppliedClock;
import io.understudy.model.Position;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Remembers what a replication told. */
final class Recorder implements ReplicationListener {
  final Queue<Position> watermarks = new ConcurrentLinkedQueue<>();
  final Queue<AppliedClock> clocks = new ConcurrentLinkedQueue<>();
  final Queue<ShadowStatus> changes = new ConcurrentLinkedQueue<>();
  final Queue<String> captureFailures = new ConcurrentLinkedQueue<>();

  @Override
  public void watermarkAdvanced(Position replicated) {
    watermarks.add(replicated);
  }

  @Override
  public void appliedClockAdvanced(AppliedClock clock) {
    clocks.add(clock);
  }

  @Override
  public void shadowChanged(ShadowStatus status) {
    changes.add(status);
  }

  @Override
  public void captureFailed(String reason) {
    captureFailures.add(reason);
  }
}
