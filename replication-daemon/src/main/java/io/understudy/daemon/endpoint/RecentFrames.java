package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * The end of a journal in memory, so that what was just appended is shipped and applied without
 * reading it back, and before it is durable. One thread changes it, any thread reads.
 */
final class RecentFrames {
  /**
   * How much is taken at once.
   *
   * @param framesMax frames, from 1
   * @param bytesMax bytes of their contents; the frame that exceeds it is the last
   */
  record Portion(int framesMax, long bytesMax) {}

  private final long bytesMax;
  private final ConcurrentSkipListMap<Position, Held> frames = new ConcurrentSkipListMap<>();
  private long
      bytes; // Invariant: of all that is in it; above the bound only by what is not durable

  RecentFrames(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  void add(Held held) {
    frames.put(held.position(), held);
    bytes += held.content().length;
  }

  /** What is durable can be read from the disk, so it may go. */
  void durable(Position position) {
    while (bytes > bytesMax) {
      Map.Entry<Position, Held> oldest = frames.firstEntry();
      if (oldest == null || oldest.getKey().compareTo(position) > 0) {
        return;
      }
      drop(oldest.getKey());
    }
  }

  /** The journal ends here now. */
  void cutAfter(Position end) {
    List.copyOf(frames.tailMap(end, false).keySet()).forEach(this::drop);
  }

  void clear() {
    frames.clear();
    bytes = 0;
  }

  /**
   * What follows a tip, at most up to a position; nothing if it is not known here. Nobody else's
   * history follows a tip: its chain covers everything before.
   */
  List<Held> after(Tip after, Position upTo, Portion portion) {
    List<Held> taken = new ArrayList<>();
    long size = 0;
    Tip at = after;
    for (Held next : frames.tailMap(after.position(), false).values()) {
      boolean follows = next.before().equals(at); // Not so if older ones went meanwhile.
      if (!follows || next.position().compareTo(upTo) > 0 || taken.size() >= portion.framesMax()) {
        break;
      }
      taken.add(next);
      at = next.after();
      size += next.content().length;
      if (size >= portion.bytesMax()) {
        break;
      }
    }
    return taken;
  }

  /**
   * The journal's tip at a position of the database.
   *
   * @param end the journal's tip now
   * @return empty if it is not known here
   */
  Optional<Tip> tipAt(Position position, Tip end) {
    Map.Entry<Position, Held> next = frames.higherEntry(position);
    Tip tip = next == null ? end : next.getValue().before();
    return tip.reaches(position) && !tip.position().equals(position)
        ? Optional.empty() // Older ones went already.
        : Optional.of(tip);
  }

  /** The frame that follows a position; empty if none is known here that does. */
  Optional<Held> next(Position after) {
    Map.Entry<Position, Held> next = frames.higherEntry(after);
    return Optional.ofNullable(next)
        .map(Map.Entry::getValue)
        .filter(held -> held.before().position().equals(after));
  }

  private void drop(Position position) {
    Held dropped = frames.remove(position);
    if (dropped != null) {
      bytes -= dropped.content().length;
    }
  }
}
