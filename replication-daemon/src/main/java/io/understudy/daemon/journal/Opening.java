package io.understudy.daemon.journal;

import io.understudy.model.Position;
import java.io.IOException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out what a journal's files are worth.
 *
 * <p>A crash loses frames that no fsync has covered, so they were never acknowledged, and the mark
 * says so: such a tail is cut without more ado. Anything else that is wrong makes the journal
 * incomplete, and nothing is changed until somebody asks for {@link Journal#refetch}.
 */
final class Opening {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  /**
   * What was found.
   *
   * @param damage empty if everything acknowledged is there
   */
  record Found(Mark mark, Scan scan, PositionIndex index, Optional<Damage> damage) {}

  private final Disk disk;
  private final MarkFile markFile;
  private final PositionIndex index;

  Opening(Disk disk, MarkFile markFile, JournalLimits limits) {
    this.disk = disk;
    this.markFile = markFile;
    this.index = new PositionIndex(limits.indexStrideBytes());
  }

  Found open() throws IOException {
    MarkFile.Reading reading = markFile.reading();
    sweep(reading.newest());
    Scan scan = Scan.of(disk, index, reading.newest().map(Mark::origin));
    Mark mark = reading.newest().orElse(new Mark(Position.NONE, scan.origin()));
    Optional<Damage> damage = judge(mark, scan);
    if (damage.isPresent()) {
      log.error("{}: opened -> incomplete cause={}", disk, damage.get());
      return new Found(mark, scan, index, damage);
    }
    if (scan.found().isPresent()) {
      log.warn(
          "{}: tail was never acknowledged: -> cut cause={}", disk, scan.found().get().damage());
      TailCut.remove(disk, scan.end());
    }
    return new Found(settle(mark, scan), scan, index, Optional.empty());
  }

  /** Removes what a crash interrupted before it counted, and what retention had given up. */
  private void sweep(Optional<Mark> mark) throws IOException {
    long first = mark.map(it -> it.origin().sequence()).orElse(0L);
    for (String name : disk.list()) {
      boolean leftOver = Segment.isName(name) && Segment.firstSequence(name) < first;
      if (leftOver || name.endsWith(Journal.DRAFT)) {
        disk.delete(name);
      }
    }
  }

  private Optional<Damage> judge(Mark mark, Scan scan) {
    MarkFile.Reading reading = markFile.reading();
    Position last = scan.trail().position();
    boolean reachesMark = last.compareTo(mark.acked()) >= 0;
    if (scan.found().isPresent()) {
      Scan.Break found = scan.found().get();
      boolean harmless = reading.certain() && found.crashLike() && reachesMark;
      return harmless ? Optional.empty() : Optional.of(found.damage());
    }
    if (reading.newest().isEmpty()) {
      return Optional.of(new Damage(MarkFile.NAME, 0, last, "both slots are damaged"));
    }
    return reachesMark
        ? Optional.empty()
        : Optional.of(
            new Damage(
                Segment.name(scan.end().segment()),
                scan.end().offset(),
                last,
                "ends before " + mark.acked() + ", which was acknowledged"));
  }

  /**
   * Makes durable what was found: the process that wrote it may have died before its fsync. A mark
   * that may have been higher becomes as high as it can have been.
   */
  private Mark settle(Mark mark, Scan scan) throws IOException {
    if (!scan.segments().isEmpty()) {
      try (DiskFile file = disk.open(scan.segments().getLast().name())) {
        file.force();
      }
    }
    disk.force();
    if (markFile.reading().certain()) {
      return mark;
    }
    Mark highest = mark.acking(scan.trail().position());
    markFile.write(highest);
    return highest;
  }
}
