package io.understudy.daemon.replication;

import io.understudy.model.Position;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * The running state synchronisation of one service in one epoch: one capture on the primary, one
 * applier per shadow, and the watermark between them. All methods may be called from any thread;
 * those that say so block and belong on a virtual thread.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Replication implements AutoCloseable {

  /**
   * Starts, or goes on after a restart of this process. Blocks until the servers are checked and
   * the primary's slot exists; copies and the stream go on in the background. Per shadow: an
   * applied position of this epoch that the slot still covers means catching up, anything else a
   * new copy.
   *
   * @throws io.understudy.daemon.postgres.PreflightException if a server or table cannot be
   *     replicated; all problems with their remedies
   * @throws java.sql.SQLException if the primary does not answer
   */
  public static Replication start(
      ReplicationSpec spec, InstantSource clock, ReplicationListener listener)
      throws java.sql.SQLException {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Starts the epoch after {@code end} on the promoted primary, which must not be open for writes
   * until this returns: then its slot exists, so that no write can be missed. Shadows that reached
   * the cut go on without a copy. Blocks like {@link #start}.
   *
   * @throws IllegalArgumentException if the new primary did not reach the cut
   */
  public static Replication startEpoch(
      ReplicationSpec spec, EpochEnd end, InstantSource clock, ReplicationListener listener)
      throws java.sql.SQLException {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Reads the end of {@code spec}'s epoch from the shadows themselves, for a process that did not
   * run the replication: after a crash of daemon and primary. Blocks, bounded by the connection
   * time-outs. No replication of that epoch may run.
   */
  public static EpochEnd inspect(ReplicationSpec spec) {
    throw new UnsupportedOperationException("not yet");
  }

  /** Everything up to here is durable on k shadows. */
  public Position replicated() {
    throw new UnsupportedOperationException("not yet");
  }

  /** All shadows, in the order of the specification. */
  public List<ShadowStatus> shadows() {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Copies a failed shadow anew while the others go on; returns at once. Nothing happens if a copy
   * runs already.
   *
   * @throws IllegalArgumentException if there is no such shadow
   */
  public void reseed(String endpoint) {
    throw new UnsupportedOperationException("not yet");
  }

  /**
   * Ends the epoch after the primary died: stops the capture, lets every live shadow apply all that
   * was captured, stops. Blocks for at most about {@code bound}; a shadow that was not done by then
   * reports what it has. Nothing of this epoch is applied afterwards.
   */
  public EpochEnd finish(Duration bound) {
    throw new UnsupportedOperationException("not yet");
  }

  /** Stops in order and leaves slot and positions for the next {@link #start}. Blocks. */
  @Override
  public void close() {
    throw new UnsupportedOperationException("not yet");
  }
}
