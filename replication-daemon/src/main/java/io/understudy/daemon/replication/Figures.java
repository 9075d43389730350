package io.understudy.daemon.replication;

import io.understudy.model.Position;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What a replication has done since it was started, in numbers.
 *
 * @param captured newest transaction that was handed to the shadows
 * @param replicated everything up to here is durable on k shadows
 * @param ackSeconds time from handing a transaction over until it was replicated, sampled at most
 *     once a millisecond
 * @param slotRetainedBytes log that the primary keeps for the slot; empty while unknown
 * @param shadows by endpoint
 */
public record Figures(
    Position captured,
    Position replicated,
    Distribution.Snapshot ackSeconds,
    OptionalLong slotRetainedBytes,
    Map<String, OfShadow> shadows) {
  public Figures {
    shadows = Map.copyOf(shadows);
  }

  /**
   * What one shadow's applier has done.
   *
   * @param groupChanges changes in each database transaction
   * @param retries errors that were tried again
   * @param fallbacks groups that had to be applied row by row
   */
  public record OfShadow(Distribution.Snapshot groupChanges, long retries, long fallbacks) {}
}
