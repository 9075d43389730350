package io.understudy.daemon.journal;

import static io.understudy.daemon.journal.Sample.at;
import static io.understudy.daemon.journal.Sample.large;
import static io.understudy.daemon.journal.Sample.onlySegment;
import static io.understudy.daemon.journal.Sample.open;
import static io.understudy.daemon.journal.Sample.read;
import static io.understudy.daemon.journal.Sample.small;
import static io.understudy.daemon.journal.Sample.transaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.understudy.daemon.journal.Entry.Epoch;
import io.understudy.model.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Bytes that are not what was written are never delivered, and never hide what was acknowledged.
 */
class JournalDamageTest {
  private final Logger journalLog = (Logger) LoggerFactory.getLogger(Journal.class);
  private @Nullable Level level;

  @BeforeEach
  void keepQuiet() {
    level = journalLog.getLevel();
    journalLog.setLevel(Level.OFF);
  }

  @AfterEach
  void speakAgain() {
    journalLog.setLevel(level);
  }

  @Test
  void flippedBitsAtEveryOffsetOfASegmentAreFound() throws IOException {
    for (Position acked : List.of(Position.NONE, at(1, 20), at(1, 40))) {
      FaultyDisk intact = Sample.disk(small(), acked);
      String segment = onlySegment(intact);
      byte[] bytes = intact.bytes(segment);
      for (int i = 0; i < bytes.length; i++) {
        for (int flip : new int[] {1 << i % 8, 0xff}) {
          byte[] flipped = bytes.clone();
          flipped[i] ^= (byte) flip;
          FaultyDisk disk = intact.copy();
          disk.replace(segment, flipped);
          assertFound(disk, acked, "byte " + i + " flip " + flip + " acked " + acked);
        }
      }
    }
  }

  @Test
  void everyTruncationOfASegmentIsFound() throws IOException {
    for (Position acked : List.of(Position.NONE, at(1, 20), at(1, 40))) {
      FaultyDisk intact = Sample.disk(small(), acked);
      String segment = onlySegment(intact);
      byte[] bytes = intact.bytes(segment);
      for (int length = 0; length < bytes.length; length++) {
        FaultyDisk disk = intact.copy();
        disk.replace(segment, Arrays.copyOf(bytes, length));
        assertFound(disk, acked, "length " + length + " acked " + acked);
      }
    }
  }

  /** Whatever is read is a true prefix; complete only with everything acknowledged. */
  private static void assertFound(FaultyDisk disk, Position acked, String what) throws IOException {
    try (Journal journal = open(disk)) {
      List<Entry> got = read(journal, journal.first());
      assertThat(got).as(what).isEqualTo(small().subList(0, got.size()));
      assertThat(got.size()).as(what).isLessThan(small().size());
      boolean all = journal.last().compareTo(acked) >= 0;
      switch (journal.health()) {
        case Health.Complete _ -> assertThat(all).as(what).isTrue();
        case Health.Incomplete it -> {
          assertThat(all).as(what).isFalse();
          assertThat(it.damage().readableTo()).as(what).isEqualTo(journal.last());
          assertThatThrownBy(() -> journal.append(List.of(transaction(1, 99))))
              .as(what)
              .hasMessageContaining("incomplete");
          refetch(journal, acked);
        }
        case Health.Failed it -> throw new AssertionError(what, it.reason());
      }
    }
    try (Journal journal = open(disk)) {
      assertThat(journal.health()).as(what).isEqualTo(new Health.Complete());
      assertThat(journal.last()).as(what).isGreaterThanOrEqualTo(acked);
    }
  }

  /** Fetches what follows the damage from a source that has all of the sample. */
  private static void refetch(Journal journal, Position acked) throws IOException {
    Position from = journal.refetch(acked);
    assertThat(from).isEqualTo(journal.last());
    assertThat(journal.health()).isInstanceOf(Health.Incomplete.class);
    List<Entry> again = new ArrayList<>();
    journal.openTransactions().forEach(xid -> again.add(new Entry.Abort(xid)));
    History source = new History();
    small().forEach(source::add);
    again.addAll(source.after(from));
    journal.append(again);
    journal.sync();
    assertThat(journal.health()).isEqualTo(new Health.Complete());
  }

  @Test
  void refetchThatWasInterruptedStaysIncomplete() throws IOException {
    FaultyDisk disk = Sample.disk(small(), at(1, 40));
    String segment = onlySegment(disk);
    byte[] bytes = disk.bytes(segment).clone();
    bytes[bytes.length - 3] ^= 1;
    disk.replace(segment, bytes);
    try (Journal journal = open(disk)) {
      journal.refetch(at(1, 40));
    }
    assertThat(disk.list()).anyMatch(name -> name.startsWith(TailCut.DAMAGED));
    try (Journal journal = open(disk)) {
      assertThat(journal.health()).isInstanceOf(Health.Incomplete.class);
      refetch(journal, at(1, 40));
    }
  }

  @Test
  void flippedBitAtEveryOffsetOfTheMarkLeavesAJournalThatForgetsNothing() throws IOException {
    FaultyDisk intact = Sample.disk(small(), at(1, 40));
    byte[] bytes = intact.bytes(MarkFile.NAME);
    String segment = onlySegment(intact);
    byte[] frames = intact.bytes(segment);
    for (int i = 0; i < bytes.length; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= 4;
      FaultyDisk disk = intact.copy();
      disk.replace(MarkFile.NAME, flipped);
      try (Journal journal = open(disk)) {
        assertThat(journal.health()).isEqualTo(new Health.Complete());
        assertThat(read(journal, Position.NONE)).isEqualTo(small());
      }
      if (!Arrays.equals(disk.bytes(MarkFile.NAME), flipped)) {
        FaultyDisk both = intact.copy();
        both.replace(MarkFile.NAME, flipped);
        both.replace(segment, Arrays.copyOf(frames, frames.length - 1));
        try (Journal journal = open(both)) {
          assertThat(journal.health())
              .as("torn tail beside a damaged mark, byte " + i)
              .isInstanceOf(Health.Incomplete.class);
        }
      }
    }
  }

  @Test
  void lostMarkMakesTheJournalIncompleteUntilTheSourceSaysWhatWasAcked() throws IOException {
    FaultyDisk disk = Sample.disk(small(), at(1, 40));
    disk.replace(MarkFile.NAME, new byte[10]);
    try (Journal journal = open(disk)) {
      assertThat(journal.health())
          .isInstanceOfSatisfying(
              Health.Incomplete.class,
              it -> assertThat(it.damage().reason()).isEqualTo("both slots are damaged"));
      assertThat(read(journal, Position.NONE)).isEqualTo(small());
      assertThat(journal.refetch(at(1, 50))).isEqualTo(at(1, 40));
      journal.append(List.of(transaction(1, 50)));
      journal.sync();
      assertThat(journal.health()).isEqualTo(new Health.Complete());
    }
    try (Journal journal = open(disk)) {
      assertThat(journal.health()).isEqualTo(new Health.Complete());
      assertThat(journal.acked()).isEqualTo(at(1, 50));
    }
  }

  private static FaultyDisk severalSegments() throws IOException {
    List<Entry> entries = new ArrayList<>(List.of(new Epoch(at(1, 0))));
    for (int lsn = 1; lsn <= 30; lsn++) {
      entries.add(large(1, lsn));
    }
    return Sample.disk(entries, at(1, 5));
  }

  @Test
  void missingSegmentMakesTheJournalIncomplete() throws IOException {
    FaultyDisk intact = severalSegments();
    List<String> segments = intact.list().stream().filter(Segment::isName).toList();
    assertThat(segments).hasSizeGreaterThan(3);
    for (String segment : segments.subList(0, segments.size() - 1)) {
      FaultyDisk disk = intact.copy();
      disk.remove(segment);
      try (Journal journal = open(disk)) {
        assertThat(journal.health())
            .isInstanceOfSatisfying(
                Health.Incomplete.class,
                it -> {
                  assertThat(it.damage().file()).isEqualTo(segment);
                  assertThat(it.damage().reason()).isEqualTo("the file is missing");
                });
        Position from = journal.refetch(Position.NONE);
        assertThat(from.compareTo(at(1, 30))).isNegative();
      }
    }
  }

  @Test
  void unreadableSectorIsNeverTakenForATornTail() throws IOException {
    FaultyDisk disk = severalSegments();
    String newest = disk.list().stream().filter(Segment::isName).toList().getLast();
    disk.unreadable(newest, disk.bytes(newest).length - 10);
    try (Journal journal = open(disk)) {
      assertThat(journal.health())
          .isInstanceOfSatisfying(
              Health.Incomplete.class,
              it -> assertThat(it.damage().reason()).contains("cannot be read"));
    }
  }

  @Test
  void rotThatAppearsWhileReadingStopsTheReaderAndTheJournal() throws IOException {
    FaultyDisk disk = Sample.disk(small(), at(1, 40));
    String segment = onlySegment(disk);
    try (Journal journal = open(disk)) {
      byte[] bytes = disk.bytes(segment).clone();
      bytes[bytes.length - 1] ^= 1;
      disk.replace(segment, bytes);
      assertThatThrownBy(() -> read(journal, Position.NONE))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("checksum");
      assertThat(journal.health()).isInstanceOf(Health.Incomplete.class);
      assertThatThrownBy(() -> journal.append(List.of(new Entry.Abort(78))))
          .hasMessageContaining("incomplete");
      assertThatThrownBy(() -> journal.refetch(at(1, 40))).hasMessageContaining("open it again");
    }
  }

  @Test
  void anotherFormatVersionIsRefusedAndNotTakenForDamage() throws IOException {
    FaultyDisk disk = Sample.disk(small(), at(1, 40));
    String segment = onlySegment(disk);
    byte[] bytes = disk.bytes(segment).clone();
    int length = ByteBuffer.wrap(bytes).getInt(12);
    bytes[11] = 3;
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, 16);
    crc.update(bytes, 20, length - 20);
    ByteBuffer.wrap(bytes).putInt(16, (int) crc.getValue());
    disk.replace(segment, bytes);
    assertThatThrownBy(() -> open(disk))
        .isInstanceOf(JournalException.class)
        .hasMessage(
            segment
                + " has format version 3; this program reads version 1: run the program that wrote"
                + " it");
    assertThat(disk.list()).contains(segment);
    assertThat(Set.copyOf(disk.list())).hasSize(2);
  }
}
