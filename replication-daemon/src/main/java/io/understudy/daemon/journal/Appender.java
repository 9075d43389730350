package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Landmark.Place;
import io.understudy.model.Position;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The growing end of a journal: gives entries their place and writes them, segment by segment. */
final class Appender implements Closeable {
  private static final int STAGING_BYTES_MIN = 256 << 10;

  private final Disk disk;
  private final Journal.Setting setting;
  private final PositionIndex index;
  private final ByteBuffer staging;
  private final List<Segment> closed = new ArrayList<>();
  private Trail trail;
  private @Nullable SegmentWriter writer;
  // Invariant: durable <= trail.position, and equal after a force.
  private Position durable;

  private Appender(Journal.Setting setting, PositionIndex index, Trail trail) {
    this.disk = setting.disk();
    this.setting = setting;
    this.index = index;
    this.trail = trail;
    this.durable = trail.position();
    this.staging =
        ByteBuffer.allocateDirect(
            Math.max(STAGING_BYTES_MIN, Frame.HEADER_BYTES + setting.limits().payloadBytesMax()));
  }

  /** At the end of what a scan found to be good. */
  static Appender after(Scan scan, Journal.Setting setting, PositionIndex index)
      throws IOException {
    Appender appender = new Appender(setting, index, scan.trail());
    appender.resume(scan.segments());
    return appender;
  }

  Trail trail() {
    return trail;
  }

  /** What is durable now. */
  Extent extent(long cuts) {
    return new Extent(
        closed, Optional.ofNullable(writer).map(SegmentWriter::durable), durable, cuts);
  }

  /** Hands entries that the trail lets through to the operating system. */
  void append(List<Entry> entries) throws IOException {
    for (Entry entry : entries) {
      SegmentWriter into = writerForNext();
      Frame frame = trail.stamp(entry);
      into.add(frame);
      index.passed(frame, trail, into.place(), firstSequence(into));
    }
    if (writer != null) {
      writer.flush();
    }
  }

  void force() throws IOException {
    if (writer != null) {
      writer.force();
    }
    durable = trail.position();
  }

  private long firstSequence(SegmentWriter active) {
    return closed.isEmpty() ? active.place().segment() : closed.getFirst().firstSequence();
  }

  private SegmentWriter writerForNext() throws IOException {
    SegmentWriter current = writer;
    if (current != null && !current.full(setting.limits().segmentBytes())) {
      return current;
    }
    if (current != null) {
      // Before the next segment has a name: a crash tears the last segment only.
      current.flush();
      force();
      closed.add(current.durable());
      close();
    }
    SegmentHeader header = trail.header(setting.clock().millis());
    SegmentWriter next = SegmentWriter.create(disk, header, staging);
    writer = next;
    return next;
  }

  /** Takes everything after a place off; {@code shortened} is the trail there. */
  void shorten(Place place, Trail shortened) throws IOException {
    List<Segment> rest = new ArrayList<>();
    for (Segment segment : extent(0).segments()) {
      if (segment.firstSequence() < place.segment()) {
        rest.add(segment);
      } else if (segment.firstSequence() == place.segment() && place.offset() > 0) {
        rest.add(new Segment(segment.name(), segment.header(), place.offset()));
      }
    }
    close();
    TailCut.remove(disk, place);
    trail = shortened;
    durable = shortened.position();
    index.dropAfter(durable);
    resume(rest);
  }

  /** Forgets everything and begins at an origin; files are the caller's business. */
  void restart(Origin origin) throws IOException {
    close();
    closed.clear();
    trail = Trail.at(origin);
    durable = origin.position();
    index.restart(trail.landmark(new Place(origin.sequence(), 0)));
  }

  /** Forgets the segments before this one. */
  void beginAt(Segment first) {
    closed.removeIf(segment -> segment.firstSequence() < first.firstSequence());
    index.dropBefore(first.firstSequence());
  }

  private void resume(List<Segment> segments) throws IOException {
    closed.clear();
    if (!segments.isEmpty()) {
      closed.addAll(segments.subList(0, segments.size() - 1));
      writer = SegmentWriter.resume(disk, segments.getLast(), staging);
    }
  }

  /** Lets the file go without forcing it. */
  @Override
  public void close() throws IOException {
    if (writer != null) {
      writer.close();
      writer = null;
    }
  }
}
