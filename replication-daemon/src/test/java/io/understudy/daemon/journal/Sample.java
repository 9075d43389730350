package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Entry.Chunk;
import io.understudy.daemon.journal.Entry.Commit;
import io.understudy.daemon.journal.Entry.Epoch;
import io.understudy.daemon.journal.Entry.Transaction;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Small journals that tests start from. */
final class Sample {
  static final Instant NOW = Instant.ofEpochMilli(1_000_000);
  static final JournalLimits LIMITS = new JournalLimits(1000, 4096, 700, 100);

  private Sample() {}

  static Position at(long epoch, long lsn) {
    return new Position(epoch, new Lsn(lsn));
  }

  static Entry transaction(long epoch, long lsn) {
    return new Transaction(at(epoch, lsn), lsn, 7, text("transaction " + epoch + " " + lsn));
  }

  static Entry large(long epoch, long lsn) {
    return new Transaction(at(epoch, lsn), lsn, 7, ByteBuffer.allocate(900));
  }

  static ByteBuffer text(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  /** An epoch, transactions, one in two chunks across others, one that stays open. */
  static List<Entry> small() {
    return List.of(
        new Epoch(at(1, 0)),
        transaction(1, 10),
        new Chunk(77, 7, text("first half, ")),
        transaction(1, 20),
        new Chunk(77, 7, text("second half")),
        new Commit(at(1, 30), 77),
        new Chunk(78, 7, text("open")),
        transaction(1, 40));
  }

  static FaultyDisk disk(long seed) throws IOException {
    FaultyDisk disk = new FaultyDisk(new Random(seed));
    Journal.create(disk);
    return disk;
  }

  static Journal open(Disk disk) throws IOException {
    return Journal.open(new Journal.Setting(disk, LIMITS, () -> NOW));
  }

  /** A disk with a journal of these entries, acknowledged up to a position. */
  static FaultyDisk disk(List<Entry> entries, Position acked) throws IOException {
    FaultyDisk disk = disk(1);
    try (Journal journal = open(disk)) {
      journal.append(entries);
      journal.sync();
      journal.markAcked(acked);
    }
    return disk;
  }

  static List<Entry> read(Journal journal, Position after) throws IOException {
    try (Cursor cursor = journal.read(after)) {
      return drain(cursor);
    }
  }

  static List<Entry> drain(Cursor cursor) throws IOException {
    List<Entry> entries = new ArrayList<>();
    for (Optional<Entry> next = cursor.next(); next.isPresent(); next = cursor.next()) {
      entries.add(next.get());
    }
    return entries;
  }

  static String onlySegment(FaultyDisk disk) {
    return disk.list().stream().filter(Segment::isName).findFirst().orElseThrow();
  }
}
