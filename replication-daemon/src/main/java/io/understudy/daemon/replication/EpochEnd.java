package io.understudy.daemon.replication;

import io.understudy.model.Position;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * How far each shadow came in an epoch that is over. A shadow that is missing did not answer, or
 * holds no consistent copy. One that had failed is there with the prefix that it holds; its data
 * may have been tampered with, so prefer another at the same position.
 *
 * @param epoch the epoch that is over
 * @param replicated the watermark as far as it is known; {@link Position#NONE} after a restart
 * @param positions last position that is durable on each shadow, by endpoint name
 */
public record EpochEnd(long epoch, Position replicated, Map<String, Position> positions) {
  public EpochEnd {
    positions = Map.copyOf(positions);
  }

  /** The same without these shadows. */
  EpochEnd without(Set<String> undecided) {
    Map<String, Position> rest = new HashMap<>(positions);
    rest.keySet().removeAll(undecided);
    return new EpochEnd(epoch, replicated, rest);
  }

  /** The highest position: the next epoch begins after it. NONE if no shadow answered. */
  public Position cut() {
    return positions.values().stream().max(Comparator.naturalOrder()).orElse(Position.NONE);
  }

  /** Says whether this shadow may become the primary, or go on without a new copy. */
  public boolean reachesCut(String endpoint) {
    Position position = positions.get(endpoint);
    return position != null && position.epoch() == epoch && position.equals(cut());
  }

  /** Says whether nothing that counted as replicated would be lost at the cut. */
  public boolean keepsReplicated() {
    return cut().compareTo(replicated) >= 0 && cut().epoch() == epoch;
  }
}
