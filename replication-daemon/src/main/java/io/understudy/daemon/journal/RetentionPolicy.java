package io.understudy.daemon.journal;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * How much of the past a journal keeps for those who lag behind.
 *
 * @param bytesMax size of all segments together that it tries to stay below, from 0
 * @param ageMax a segment whose newest frame is older goes, not negative
 */
public record RetentionPolicy(long bytesMax, Duration ageMax) {
  public RetentionPolicy {
    if (bytesMax < 0 || ageMax.isNegative()) {
      throw new IllegalArgumentException(
          "retention of " + bytesMax + " bytes and " + ageMax + " is negative");
    }
  }

  /**
   * The oldest segment that stays.
   *
   * @param segments the oldest first; the last one always stays
   * @param neededFrom first sequence that somebody still needs
   */
  Segment firstKept(List<Segment> segments, long neededFrom, Instant now) {
    long bytes = segments.stream().mapToLong(Segment::end).sum();
    for (int i = 0; i + 1 < segments.size(); i++) {
      Segment next = segments.get(i + 1);
      // The next segment was made when this one got its newest frame.
      Instant newest = Instant.ofEpochMilli(next.header().createdMillis());
      boolean old = newest.plus(ageMax).isBefore(now);
      if (next.firstSequence() > neededFrom || !(old || bytes > bytesMax)) {
        return segments.get(i);
      }
      bytes -= segments.get(i).end();
    }
    return segments.getLast();
  }
}
