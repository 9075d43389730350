package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.OptionalLong;

/**
 * What a promotion may have lost, as far as the voters know. What the old primary acknowledged
 * after it had spoken to them last is not in it; nobody can know that.
 *
 * @param cut where the history ends now
 * @param heard what the old primary had said that its journal holds
 */
public record Gap(Position cut, Position heard) {
  /** Bytes of the primary's log between the two; empty if they are not of one epoch. */
  public OptionalLong bytes() {
    if (heard.compareTo(cut) <= 0) {
      return OptionalLong.of(0);
    }
    return heard.epoch() == cut.epoch()
        ? OptionalLong.of(heard.lsn().value() - cut.lsn().value())
        : OptionalLong.empty();
  }

  /** Whether that is no more than {@code bytesMax}. */
  boolean within(long bytesMax) {
    return bytesMax == Long.MAX_VALUE || bytes().orElse(Long.MAX_VALUE) <= bytesMax;
  }

  @Override
  public String toString() {
    String size = bytes().isPresent() ? bytes().getAsLong() + " bytes of its log" : "unknown size";
    return "between "
        + cut
        + " and "
        + heard
        + ", which is what it was heard to hold ("
        + size
        + ")";
  }
}
