package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Landmark.Place;
import io.understudy.model.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads all segments once and finds out how far they are what was written. */
final class Scan {
  /**
   * The first thing that is wrong.
   *
   * @param crashLike whether a crash can have left it behind
   */
  record Break(Damage damage, boolean crashLike) {}

  private final Disk disk;
  private final PositionIndex index;
  private final List<Segment> segments = new ArrayList<>();
  private final boolean originKnown;
  private Origin origin;
  private Trail trail;
  private Place end;
  private Optional<Break> found = Optional.empty();

  private Scan(Disk disk, PositionIndex index, Optional<Origin> origin) {
    this.disk = disk;
    this.index = index;
    this.originKnown = origin.isPresent();
    this.origin = origin.orElse(new Origin(1, Position.NONE, Chain.START));
    this.trail = Trail.at(this.origin);
    this.end = new Place(this.origin.sequence(), 0);
  }

  /**
   * Scans the segments on {@code disk}.
   *
   * @param index where landmarks go
   * @param origin where the journal begins; if nobody knows, its first file says it
   */
  static Scan of(Disk disk, PositionIndex index, Optional<Origin> origin) throws IOException {
    Scan scan = new Scan(disk, index, origin);
    for (String name : segmentNames(disk)) {
      if (!scan.follow(name)) {
        break;
      }
    }
    if (index.isEmpty()) {
      Landmark last = scan.trail.landmark(scan.end);
      index.add(last.withoutWhatBeganBefore(scan.origin.sequence()));
    }
    return scan;
  }

  static List<String> segmentNames(Disk disk) throws IOException {
    return disk.list().stream().filter(Segment::isName).toList();
  }

  /** Above every frame, also of a file that cannot be read: a frame has more than one byte. */
  static long aboveAll(Disk disk, List<String> segments) throws IOException {
    if (segments.isEmpty()) {
      return 1;
    }
    try (DiskFile newest = disk.open(segments.getLast())) {
      return Segment.firstSequence(segments.getLast()) + newest.size() + 1;
    }
  }

  Origin origin() {
    return origin;
  }

  /** At the last good frame. */
  Trail trail() {
    return trail;
  }

  /** After the last good frame. */
  Place end() {
    return end;
  }

  /** As far as they are good. */
  List<Segment> segments() {
    return segments;
  }

  Optional<Break> found() {
    return found;
  }

  private boolean follow(String name) throws IOException {
    boolean first = segments.isEmpty();
    long expected = trail.nextSequence();
    if (Segment.firstSequence(name) != expected && (originKnown || !first)) {
      stop(Segment.name(expected), DamagedFileException.lost(0, "the file is missing"));
      return false;
    }
    try (DiskFile file = disk.open(name)) {
      SegmentHeader header = SegmentHeader.read(file, name);
      join(name, header, first);
      return frames(name, header, file);
    } catch (DamagedFileException e) {
      stop(name, e);
      return false;
    }
  }

  /** Checks that a segment continues its predecessor, or is where the journal begins. */
  private void join(String name, SegmentHeader header, boolean first) throws DamagedFileException {
    boolean fits =
        first
            ? (originKnown
                ? header.origin().equals(origin)
                : header.origin().sequence() == Segment.firstSequence(name))
            : header.equals(trail.header(header.createdMillis()));
    if (!fits) {
      throw DamagedFileException.lost(0, "the header does not continue what stands before it");
    }
    if (first) {
      origin = header.origin();
      trail = Trail.at(header);
    }
  }

  private boolean frames(String name, SegmentHeader header, DiskFile file) throws IOException {
    long segment = header.origin().sequence();
    end = new Place(segment, header.bytes());
    Landmark start = trail.landmark(end);
    if (start.neededFrom() >= origin.sequence()) {
      index.add(start);
    }
    // The reader is not closed: the file is the caller's.
    FrameReader reader = new FrameReader(file, header.bytes(), file.size());
    try {
      for (Frame frame = reader.next(); frame != null; frame = reader.next()) {
        Optional<String> problem = trail.follow(frame);
        if (problem.isPresent()) {
          throw DamagedFileException.lost(end.offset(), problem.get());
        }
        end = new Place(segment, reader.offset());
        index.passed(frame, trail, end, origin.sequence());
      }
      return true;
    } catch (DamagedFileException e) {
      stop(name, e);
      return false;
    } finally {
      segments.add(Segment.of(header, end.offset()));
    }
  }

  private void stop(String name, DamagedFileException e) {
    Damage damage = new Damage(name, e.offset(), trail.position(), e.reason());
    found = Optional.of(new Break(damage, e.crashLike()));
  }
}
