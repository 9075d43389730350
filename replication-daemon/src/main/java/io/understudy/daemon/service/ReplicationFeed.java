package io.understudy.daemon.service;

import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.replication.ReplicationListener;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.model.AppliedClock;
import io.understudy.model.Position;
import java.util.function.Consumer;

/** Hands what a replication of one epoch does to whoever waits for it. */
final class ReplicationFeed implements ReplicationListener {
  private final ControlRecord record;
  private final Surroundings around;
  private final Consumer<String> captureFailed;

  ReplicationFeed(ControlRecord record, Surroundings around, Consumer<String> captureFailed) {
    this.record = record;
    this.around = around;
    this.captureFailed = captureFailed;
  }

  @Override
  public void watermarkAdvanced(Position replicated) {
    around.feed().advance(record.service(), record.primary(), replicated);
  }

  @Override
  public void appliedClockAdvanced(AppliedClock clock) {
    around.board().publish(clock);
  }

  @Override
  public void shadowChanged(ShadowStatus status) {
    // The supervisor looks at every shadow in each tick; a push would only add a second way.
  }

  @Override
  public void captureFailed(String reason) {
    captureFailed.accept(reason);
  }
}
