package io.understudy.daemon.snapshot;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How much depends on the copy.
 *
 * @param risk risk score of the primary in [0, 1]; empty while unknown
 * @param window time until the shadow must be in sync; empty if nothing presses
 */
public record Urgency(OptionalDouble risk, Optional<Duration> window) {
  public static final Urgency NONE = new Urgency(OptionalDouble.empty(), Optional.empty());
}
