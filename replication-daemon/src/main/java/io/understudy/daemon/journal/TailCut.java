package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Landmark.Place;
import io.understudy.model.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;

/**
 * Takes everything after a place off a journal, and keeps a copy of it.
 *
 * <p>Files go newest first, each one durably, then the file that holds the place is shortened: a
 * crash at any point leaves a journal that is a prefix of the old one and reaches at least to the
 * place. It is not the job of opening to finish the cut; who wanted it asks again.
 */
final class TailCut {
  static final String CUT = "cut-";
  static final String DAMAGED = "damaged-";

  private static final int COPY_BYTES = 1 << 20;

  private TailCut() {}

  /**
   * Copies what follows a landmark into a file that has the format of a segment.
   *
   * @param header of a segment that begins at the landmark
   * @param last position of the last frame that is copied
   */
  static void keep(FrameWalk.Source source, Landmark from, SegmentHeader header, Position last)
      throws IOException {
    String name =
        String.format(
            Locale.ROOT,
            "%s%020d-%d-%X.frames",
            CUT,
            from.sequence() + 1,
            last.epoch(),
            last.lsn().value());
    Disk disk = source.disk();
    try (DiskFile copy = disk.create(name + Journal.DRAFT)) {
      copy.writeFully(header.encode(), 0);
      long written = header.bytes();
      for (Segment segment : source.extent().segments()) {
        if (segment.firstSequence() >= from.place().segment()) {
          boolean holdsPlace = segment.firstSequence() == from.place().segment();
          long begin = Math.max(holdsPlace ? from.place().offset() : 0, segment.header().bytes());
          written += copy(disk, segment.name(), begin, new Target(copy, written));
        }
      }
      copy.force();
    }
    disk.rename(name + Journal.DRAFT, name);
    disk.force();
  }

  /**
   * Copies what follows a place byte by byte, for whoever wants to know what happened to it. A
   * fuller copy from before a crash is left as it is; what cannot be read ends the copy.
   */
  static void keepDamaged(Disk disk, Place from) throws IOException {
    String name =
        String.format(Locale.ROOT, "%s%020d-%d.raw", DAMAGED, from.segment(), from.offset());
    if (disk.list().contains(name)) {
      return;
    }
    long written = 0;
    try (DiskFile copy = disk.create(name + Journal.DRAFT)) {
      for (String segment : Scan.segmentNames(disk)) {
        long first = Segment.firstSequence(segment);
        if (first >= from.segment()) {
          long begin = first == from.segment() ? from.offset() : 0;
          try {
            written += copy(disk, segment, begin, new Target(copy, written));
          } catch (DamagedFileException e) {
            break;
          }
        }
      }
      copy.force();
    }
    if (written > 0) {
      disk.rename(name + Journal.DRAFT, name);
      disk.force();
    }
  }

  private record Target(DiskFile file, long offset) {}

  private static long copy(Disk disk, String name, long begin, Target target) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
    try (DiskFile file = disk.open(name)) {
      long end = file.size();
      long at = begin;
      while (at < end) {
        buffer.clear();
        readFully(file, buffer, at);
        if (!buffer.hasRemaining()) {
          break;
        }
        int bytes = buffer.remaining();
        target.file().writeFully(buffer, target.offset() + at - begin);
        at += bytes;
      }
      return Math.max(0, at - begin);
    }
  }

  private static void readFully(DiskFile file, ByteBuffer buffer, long at) throws IOException {
    try {
      file.readFully(buffer, at);
    } catch (IOException e) {
      throw DamagedFileException.lost(at, "cannot be read: " + e.getMessage());
    }
  }

  /** Removes what follows a place; durable when it returns. */
  static void remove(Disk disk, Place place) throws IOException {
    List<String> names = Scan.segmentNames(disk);
    for (String name : names.reversed()) {
      long first = Segment.firstSequence(name);
      if (first > place.segment() || (first == place.segment() && place.offset() == 0)) {
        disk.delete(name);
        disk.force();
      } else if (first == place.segment()) {
        try (DiskFile file = disk.open(name)) {
          file.truncate(place.offset());
        }
      }
    }
  }

  /** Removes files that do not count any more, in any order; durable when it returns. */
  static void removeAll(Disk disk, List<String> names) throws IOException {
    for (String name : names) {
      disk.delete(name);
    }
    disk.force();
  }
}
