package io.understudy.daemon.journal;

import io.understudy.model.Position;
import java.util.HashMap;
import java.util.Map;

/**
 * What is known at one place between two frames.
 *
 * @param sequence of the frame before the place
 * @param position of the journal there
 * @param chain of the journal there
 * @param place where the next frame stands
 * @param open transactions open there: xid to the sequence of their first chunk
 */
record Landmark(long sequence, Position position, Chain chain, Place place, Map<Long, Long> open) {
  /**
   * A place in the journal.
   *
   * @param segment first sequence of its segment
   * @param offset bytes from the beginning of that file
   */
  record Place(long segment, long offset) {}

  Landmark {
    open = Map.copyOf(open);
  }

  /** First frame that somebody needs who wants everything committed after this place. */
  long neededFrom() {
    return open.values().stream().mapToLong(Long::longValue).min().orElse(sequence + 1);
  }

  Landmark at(Place samePlace) {
    return new Landmark(sequence, position, chain, samePlace, open);
  }

  /** The same place for somebody who knows that older transactions will not commit after it. */
  Landmark withoutWhatBeganBefore(long firstSequence) {
    Map<Long, Long> rest = new HashMap<>(open);
    rest.values().removeIf(first -> first < firstSequence);
    return new Landmark(sequence, position, chain, place, rest);
  }

  /** Whether such a reader needs this frame, which stands before the place. */
  boolean needs(Frame frame) {
    if (!(frame.entry() instanceof Entry.Chunk chunk)) {
      return false;
    }
    Long first = open.get(chunk.xid());
    return first != null && frame.sequence() >= first;
  }
}
