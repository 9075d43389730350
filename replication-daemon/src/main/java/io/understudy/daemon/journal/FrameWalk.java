package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Landmark.Place;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Goes from frame to frame across segments, up to the durable end, which may move meanwhile. */
final class FrameWalk implements Closeable {
  /** What a walk needs of the journal. */
  interface Source {
    Disk disk();

    Extent extent();

    /** Frames that were good once are not any more. */
    void damaged(Damage damage);
  }

  private final Source source;
  private final long cuts;
  private long segment;
  private long offset;
  private long sequence;
  private @Nullable FrameReader reader;

  /**
   * A walk.
   *
   * @param cuts of the extent in which {@code from} was found
   * @param from where the first frame stands; an offset inside the header means its end
   */
  FrameWalk(Source source, long cuts, Place from) {
    this.source = source;
    this.cuts = cuts;
    this.segment = from.segment();
    this.offset = from.offset();
  }

  /** Where the next frame stands. */
  Place place() {
    return new Place(segment, reader == null ? offset : reader.offset());
  }

  /**
   * The next frame, or null if there is none yet.
   *
   * @throws JournalException if frames were taken away under the walk, or have rotted
   */
  @Nullable Frame next() throws JournalException {
    try {
      while (true) {
        Extent extent = source.extent();
        Frame frame = reader == null ? null : reader.next();
        // After the read: bytes that were read while a cut took them away count for nothing.
        requireUncut();
        if (frame != null) {
          return inSequence(frame);
        }
        if (!advance(extent)) {
          return null;
        }
      }
    } catch (DamagedFileException e) {
      requireUncut();
      throw damage(e.offset(), e.reason());
    } catch (NoSuchFileException e) {
      requireUncut();
      throw new JournalException(
          Segment.name(segment) + " is not retained any more; start from a snapshot", e);
    } catch (IOException e) {
      throw new JournalException(Segment.name(segment) + " cannot be read: " + e.getMessage(), e);
    }
  }

  private Frame inSequence(Frame frame) throws JournalException {
    if (sequence != 0 && frame.sequence() != sequence + 1) {
      throw damage(offset, "frame " + frame.sequence() + " follows frame " + sequence);
    }
    sequence = frame.sequence();
    return frame;
  }

  /** Makes more frames visible; false if there are none. */
  private boolean advance(Extent extent) throws IOException {
    if (reader == null) {
      Optional<Segment> here = extent.segment(segment);
      if (here.isEmpty()) {
        return notYet(extent);
      }
      enter(here.get(), offset);
      return true;
    }
    long end = extent.segment(segment).map(Segment::end).orElse(0L);
    if (end > reader.offset()) {
      reader.extendTo(end);
      return true;
    }
    Optional<Segment> next = extent.after(segment);
    if (next.isEmpty()) {
      return false;
    }
    enter(next.get(), 0);
    return true;
  }

  private boolean notYet(Extent extent) throws IOException {
    if (extent.after(segment).isPresent()) {
      throw new NoSuchFileException(Segment.name(segment));
    }
    return false;
  }

  private void enter(Segment next, long at) throws IOException {
    close();
    segment = next.firstSequence();
    offset = Math.max(at, next.header().bytes());
    reader = new FrameReader(source.disk().open(next.name()), offset, next.end());
  }

  private JournalException damage(long at, String reason) {
    Damage damage = new Damage(Segment.name(segment), at, source.extent().durable(), reason);
    source.damaged(damage);
    return new JournalException(damage.file() + " at " + at + ": " + reason);
  }

  private void requireUncut() throws JournalException {
    if (source.extent().cuts() != cuts) {
      throw new JournalException(
          "frames were cut off under this reader; read again from a position");
    }
  }

  @Override
  public void close() throws IOException {
    if (reader != null) {
      reader.close();
      reader = null;
    }
  }
}
