package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Entry.Abort;
import io.understudy.daemon.journal.Entry.Chunk;
import io.understudy.daemon.journal.Entry.Commit;
import io.understudy.daemon.journal.Landmark.Place;
import io.understudy.model.Position;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** Sparse landmarks by position, in memory; one thread writes, any thread reads. */
final class PositionIndex {
  private final long strideBytes;
  // Invariant: everything that a reader starting at a landmark needs is in the journal.
  private final NavigableMap<Position, Landmark> landmarks = new ConcurrentSkipListMap<>();
  private long bytesSinceLast;

  PositionIndex(long strideBytes) {
    this.strideBytes = strideBytes;
  }

  /** Remembers a landmark, unless the journal knows this position already. */
  void add(Landmark landmark) {
    landmarks.putIfAbsent(landmark.position(), landmark);
    bytesSinceLast = 0;
  }

  /**
   * Follows the end of the journal.
   *
   * @param firstSequence of the journal
   */
  void passed(Frame frame, Trail trail, Place next, long firstSequence) {
    bytesSinceLast += frame.bytes();
    if (!frame.positioned() || (bytesSinceLast < strideBytes && !landmarks.isEmpty())) {
      return;
    }
    Landmark landmark = trail.landmark(next);
    if (landmark.neededFrom() >= firstSequence) {
      add(landmark);
    }
  }

  boolean isEmpty() {
    return landmarks.isEmpty();
  }

  /** Everything committed after this position can be read. */
  Position first() {
    return landmarks.firstKey();
  }

  /** The last landmark at or before a position; null before {@link #first}. */
  @Nullable Landmark floor(Position position) {
    Map.Entry<Position, Landmark> floor = landmarks.floorEntry(position);
    return floor == null ? null : floor.getValue();
  }

  void dropAfter(Position position) {
    landmarks.tailMap(position, false).clear();
  }

  /** The journal begins later now. */
  void dropBefore(long firstSequence) {
    landmarks.values().removeIf(landmark -> landmark.neededFrom() < firstSequence);
    // The end of the last file that goes is the beginning of the first one that stays.
    landmarks.replaceAll((_, landmark) ->
        landmark.place().segment() < firstSequence
            ? landmark.at(new Place(firstSequence, 0))
            : landmark);
  }

  /** The journal begins here now, and has nothing else; readers always find one landmark. */
  void restart(Landmark origin) {
    landmarks.put(origin.position(), origin);
    landmarks.values().removeIf(landmark -> !landmark.equals(origin));
    bytesSinceLast = 0;
  }

  /**
   * The place after the last frame that is at or before a position.
   *
   * @throws JournalException if the position is before {@link #first}, or frames have rotted
   */
  Landmark locate(FrameWalk.Source source, Position position) throws IOException {
    long cuts = source.extent().cuts();
    Landmark best = floor(position);
    if (best == null) {
      throw new JournalException(
          position
              + " is not retained any more, only what follows "
              + first()
              + ": start from a snapshot");
    }
    Map<Long, Long> open = new HashMap<>(best.open());
    try (FrameWalk walk = new FrameWalk(source, cuts, best.place())) {
      while (!best.position().equals(position)) {
        Frame frame = walk.next();
        if (frame == null || (frame.positioned() && frame.position().compareTo(position) > 0)) {
          break;
        }
        follow(open, frame);
        if (frame.positioned()) {
          best =
              new Landmark(frame.sequence(), frame.position(), frame.chain(), walk.place(), open);
        }
      }
    }
    return best;
  }

  private static void follow(Map<Long, Long> open, Frame frame) {
    switch (frame.entry()) {
      case Chunk it -> open.putIfAbsent(it.xid(), frame.sequence());
      case Commit it -> open.remove(it.xid());
      case Abort it -> open.remove(it.xid());
      case Entry.Transaction _, Entry.Epoch _ -> {}
    }
  }

  /** A cursor over everything committed after a position. */
  Cursor cursor(FrameWalk.Source source, Position after) throws IOException {
    Extent seen = source.extent();
    return cursor(source, seen, locate(source, after));
  }

  /** The cursor stops if frames were cut off since {@code seen}. */
  private Cursor cursor(FrameWalk.Source source, Extent seen, Landmark start) {
    return new Cursor(new FrameWalk(source, seen.cuts(), startFor(start, seen)), start);
  }

  /**
   * The trail as it was at a landmark.
   *
   * @param epochs of the whole journal
   */
  Trail rewind(FrameWalk.Source source, Landmark landmark, List<Position> epochs)
      throws IOException {
    Trail rewound =
        Trail.at(
            landmark,
            epochs.stream().filter(it -> it.compareTo(landmark.position()) <= 0).toList());
    if (landmark.open().isEmpty()) {
      return rewound;
    }
    try (Cursor chunks = cursor(source, source.extent(), landmark)) {
      Optional<Frame> chunk = chunks.nextFrame();
      while (chunk.isPresent() && chunk.get().sequence() <= landmark.sequence()) {
        rewound.recall(chunk.get());
        chunk = chunks.nextFrame();
      }
    }
    return rewound;
  }

  /** Where to begin to read all that somebody needs who starts at {@code landmark}. */
  private Place startFor(Landmark landmark, Extent extent) {
    long needed = landmark.neededFrom();
    if (needed > landmark.sequence()) {
      return landmark.place();
    }
    for (Landmark earlier : landmarks.headMap(landmark.position(), true).descendingMap().values()) {
      if (earlier.sequence() < needed) {
        return earlier.place();
      }
    }
    return new Place(extent.segments().getFirst().firstSequence(), 0);
  }
}
