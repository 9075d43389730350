package io.understudy.daemon.journal;

import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What readers may see at a moment: durable frames only, so that nobody acts on what a crash could
 * take back.
 *
 * @param closed segments that get no further frame, the oldest first
 * @param active the segment after them
 * @param durable position of the last durable frame
 * @param cuts how often frames were taken away; a reader from before a cut must not go on
 */
record Extent(List<Segment> closed, Optional<Segment> active, Position durable, long cuts) {
  Extent {
    closed = List.copyOf(closed);
  }

  /** Of these segments, the last is the active one. */
  static Extent of(List<Segment> segments, Position durable, long cuts) {
    if (segments.isEmpty()) {
      return new Extent(List.of(), Optional.empty(), durable, cuts);
    }
    return new Extent(
        segments.subList(0, segments.size() - 1), Optional.of(segments.getLast()), durable, cuts);
  }

  List<Segment> segments() {
    List<Segment> all = new ArrayList<>(closed);
    active.ifPresent(all::add);
    return all;
  }

  Optional<Segment> segment(long firstSequence) {
    return find(segment -> segment.firstSequence() == firstSequence);
  }

  Optional<Segment> after(long firstSequence) {
    return find(segment -> segment.firstSequence() > firstSequence);
  }

  private Optional<Segment> find(Predicate<Segment> wanted) {
    return Stream.concat(closed.stream(), active.stream()).filter(wanted).findFirst();
  }
}
