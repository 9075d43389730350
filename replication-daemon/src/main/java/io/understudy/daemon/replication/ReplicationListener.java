package io.understudy.daemon.replication;

import io.understudy.model.AppliedClock;
import io.understudy.model.Position;

/**
 * Hears what a replication does. Called on the replication's own threads, also several at once;
 * implementations hand over and return at once.
 */
public interface ReplicationListener {

  /** Everything up to {@code replicated} is durable on k shadows; it never falls. */
  void watermarkAdvanced(Position replicated);

  /** A shadow applied a newer heartbeat. */
  void appliedClockAdvanced(AppliedClock clock);

  /** A shadow entered another state (also each step of a copy's progress). */
  void shadowChanged(ShadowStatus status);

  /**
   * The stream from the primary ended by itself; the shadows keep what they have. Called at most
   * once; then {@link Replication#finish} (the primary is dead) or {@link Replication#close} and a
   * new start (it is not).
   *
   * @param reason what happened and where
   */
  void captureFailed(String reason);
}
