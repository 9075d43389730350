package io.understudy.daemon.replication;

import io.understudy.model.Position;
import java.util.Optional;

/**
 * What is known of one shadow, and the rule for its state. Immutable.
 *
 * @param reading newest heartbeat reading applied, 0 before the first
 * @param inTime heartbeats in a row that arrived inside the lag bound
 */
public record ShadowTrack(
    String endpoint,
    ShadowState state,
    Position applied,
    long reading,
    int inTime,
    Optional<String> trouble) {

  /** Nothing was heard of it. */
  public static ShadowTrack unknown(String endpoint) {
    return new ShadowTrack(
        endpoint, new ShadowState.CatchingUp(), Position.NONE, 0, 0, Optional.empty());
  }

  /** A copy is being made. */
  public ShadowTrack seeding(long rows, long bytes, long bytesExpected) {
    return new ShadowTrack(
        endpoint,
        new ShadowState.Seeding(rows, bytes, bytesExpected),
        Position.NONE,
        0,
        0,
        trouble);
  }

  /** It has a copy up to {@code position} and goes on from there. */
  public ShadowTrack from(Position position) {
    return new ShadowTrack(
        endpoint, new ShadowState.CatchingUp(), position, 0, 0, Optional.empty());
  }

  /** It applied a group whose newest heartbeat reading is {@code newReading}, 0 if it had none. */
  public ShadowTrack applied(Position position, long newReading, long nowMillis, Limits limits) {
    if (state instanceof ShadowState.Failed) {
      return this;
    }
    if (newReading == 0) {
      return new ShadowTrack(endpoint, state, position, reading, inTime, Optional.empty());
    }
    boolean late = nowMillis - newReading > limits.inSyncLagMax().toMillis();
    int beats = late ? 0 : Math.min(inTime + 1, limits.inSyncHeartbeats());
    ShadowState next = state;
    if (late) {
      next = new ShadowState.CatchingUp();
    } else if (beats >= limits.inSyncHeartbeats()) {
      next = new ShadowState.InSync();
    }
    return new ShadowTrack(endpoint, next, position, newReading, beats, Optional.empty());
  }

  /** Time passed: a shadow that hears no heartbeat is not in sync. */
  public ShadowTrack tick(long nowMillis, Limits limits) {
    boolean late = nowMillis - reading > limits.inSyncLagMax().toMillis();
    return late && state instanceof ShadowState.InSync
        ? new ShadowTrack(endpoint, new ShadowState.CatchingUp(), applied, reading, 0, trouble)
        : this;
  }

  /** An error is tried again. */
  public ShadowTrack retrying(String reason) {
    return new ShadowTrack(endpoint, state, applied, reading, inTime, Optional.of(reason));
  }

  /** It contains something else than the primary. */
  public ShadowTrack diverged(String what, Position position) {
    return new ShadowTrack(
        endpoint, new ShadowState.Diverged(what), position, reading, 0, Optional.empty());
  }

  /** It was given up. */
  public ShadowTrack failed(String reason) {
    return new ShadowTrack(
        endpoint, new ShadowState.Failed(reason), applied, reading, 0, Optional.empty());
  }

  /**
   * What everyone sees.
   *
   * @param captured end of the primary's log
   */
  public ShadowStatus status(Position captured, long nowMillis) {
    boolean comparable = captured.epoch() == applied.epoch();
    return new ShadowStatus(
        endpoint,
        state,
        applied,
        comparable ? Math.max(0, captured.lsn().value() - applied.lsn().value()) : 0,
        reading == 0 ? Long.MAX_VALUE : Math.max(0, nowMillis - reading),
        reading,
        trouble);
  }
}
