package io.understudy.daemon.journal;

import java.io.IOException;
import java.util.Optional;

/**
 * Reads durable entries in order while appends go on; one thread uses it, which need not be the
 * journal's. Holds one frame and one buffer in memory.
 *
 * <p>Everything committed after the position where it starts is delivered whole: chunks of
 * transactions that were open at that position come first, although they stand before it.
 */
public final class Cursor implements AutoCloseable {
  private final FrameWalk walk;
  private final Landmark start;

  Cursor(FrameWalk walk, Landmark start) {
    this.walk = walk;
    this.start = start;
  }

  /**
   * The next entry; empty if there is none yet.
   *
   * @throws JournalException if the entry has rotted, is not retained any more, or was cut off
   */
  public Optional<Entry> next() throws JournalException {
    return nextFrame().map(Frame::entry);
  }

  Optional<Frame> nextFrame() throws JournalException {
    while (true) {
      Frame frame = walk.next();
      if (frame == null) {
        return Optional.empty();
      }
      if (frame.sequence() > start.sequence() || start.needs(frame)) {
        return Optional.of(frame);
      }
    }
  }

  @Override
  public void close() throws IOException {
    walk.close();
  }
}
