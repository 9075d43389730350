package io.understudy.daemon.protocol;

import java.time.Duration;

/**
 * Bounds of a source.
 *
 * @param batchesInFlightMax batches to one voter without an answer, from 1
 * @param silence after which batches without an answer are sent again
 * @param lease under which COMMIT need not wait
 */
public record SourceLimits(int batchesInFlightMax, Duration silence, LeaseTerms lease) {
  public SourceLimits {
    if (batchesInFlightMax < 1 || silence.isNegative() || silence.isZero()) {
      throw new IllegalArgumentException(
          "in flight " + batchesInFlightMax + " or silence " + silence + " is not positive");
    }
  }
}
