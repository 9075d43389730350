package io.understudy.daemon.journal;

import static io.understudy.daemon.journal.Sample.at;
import static io.understudy.daemon.journal.Sample.drain;
import static io.understudy.daemon.journal.Sample.large;
import static io.understudy.daemon.journal.Sample.open;
import static io.understudy.daemon.journal.Sample.read;
import static io.understudy.daemon.journal.Sample.small;
import static io.understudy.daemon.journal.Sample.transaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.journal.Entry.Abort;
import io.understudy.daemon.journal.Entry.Chunk;
import io.understudy.daemon.journal.Entry.Commit;
import io.understudy.daemon.journal.Entry.Epoch;
import io.understudy.daemon.journal.FaultyDisk.Fault;
import io.understudy.model.Position;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames past an epoch's end go, with a copy, whenever the machine stops in between. */
class JournalCutTest {
  private static List<Entry> overSeveralSegments() {
    List<Entry> entries = new ArrayList<>(small());
    for (int lsn = 41; lsn <= 60; lsn++) {
      entries.add(large(1, lsn));
    }
    return entries;
  }

  @Test
  void cutIsAPrefixAtEveryCrashAndIsDoneWhenAskedAgain() throws IOException {
    List<Entry> all = overSeveralSegments();
    List<Entry> kept = all.subList(0, 12);
    Position cut = at(1, 44);
    int crashes = 0;
    for (int seed = 1; seed <= 20; seed++) {
      for (int n = 1; ; n++) {
        String what = "seed " + seed + " change " + n;
        FaultyDisk disk = Sample.disk(all, at(1, 60)).copy();
        Journal journal = open(disk);
        disk.failAt(Fault.CRASH, n);
        boolean done = cutSucceeds(journal, cut);
        if (!done) {
          crashes++;
          disk.restart();
          journal = open(disk);
          assertThat(journal.health()).as(what).isEqualTo(new Health.Complete());
          List<Entry> left = read(journal, Position.NONE);
          assertThat(left).as(what).isEqualTo(all.subList(0, left.size()));
          assertThat(left.size()).as(what).isGreaterThanOrEqualTo(kept.size());
          journal.cut(cut);
        }
        assertThat(read(journal, Position.NONE)).as(what).isEqualTo(kept);
        assertThat(journal.last()).as(what).isEqualTo(cut);
        assertThat(everyCopy(disk, journal)).as(what).contains(all.subList(12, all.size()));
        journal.close();
        if (done) {
          break;
        }
      }
    }
    assertThat(crashes).isGreaterThan(100);
  }

  private static boolean cutSucceeds(Journal journal, Position position) {
    try {
      journal.cut(position);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private static List<List<Entry>> everyCopy(FaultyDisk disk, Journal journal) throws IOException {
    List<List<Entry>> copies = new ArrayList<>();
    for (String name : journal.cutFiles()) {
      try (Cursor cursor = CutFile.open(disk, name).read()) {
        copies.add(drain(cursor));
      }
    }
    return copies;
  }

  @Test
  void cutLowersWhatWasAckedAndTheNextEpochGoesOnFromThere() throws IOException {
    FaultyDisk disk = Sample.disk(small(), at(1, 40));
    try (Journal journal = open(disk)) {
      Chain chain = journal.chainAt(at(1, 20));
      journal.cut(at(1, 20));
      assertThat(journal.acked()).isEqualTo(at(1, 20));
      assertThat(journal.openTransactions()).containsExactly(77L);
      journal.append(List.of(new Abort(77), new Epoch(at(2, 5)), transaction(2, 6)));
      journal.sync();
      assertThat(journal.chainAt(at(1, 20))).isEqualTo(chain);
    }
    try (Journal journal = open(disk)) {
      assertThat(journal.health()).isEqualTo(new Health.Complete());
      assertThat(journal.epochs()).containsExactly(at(1, 0), at(2, 5));
      assertThat(read(journal, at(1, 20))).endsWith(new Epoch(at(2, 5)), transaction(2, 6));
    }
  }

  @Test
  void transactionThatWasOpenAtTheCutMayGoOn() throws IOException {
    FaultyDisk disk = Sample.disk(small(), at(1, 20));
    Chain chain;
    try (Journal journal = open(disk)) {
      chain = journal.chainAt(at(1, 30));
      journal.cut(at(1, 20));
      journal.append(
          List.of(new Chunk(77, 7, Sample.text("second half")), new Commit(at(1, 30), 77)));
      journal.sync();
      assertThat(journal.chainAt(at(1, 30))).isEqualTo(chain);
    }
  }

  @Test
  void readerFromBeforeTheCutStops() throws IOException {
    FaultyDisk disk = Sample.disk(small(), at(1, 20));
    try (Journal journal = open(disk);
        Cursor cursor = journal.read(Position.NONE)) {
      assertThat(cursor.next()).isPresent();
      journal.cut(at(1, 20));
      assertThatThrownBy(cursor::next)
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("cut off under this reader");
    }
  }

  @Test
  void cutThatCutsNothingChangesNothing() throws IOException {
    FaultyDisk disk = Sample.disk(small(), at(1, 40));
    try (Journal journal = open(disk)) {
      journal.cut(at(1, 40));
      assertThat(journal.cutFiles()).isEmpty();
      assertThat(read(journal, Position.NONE)).isEqualTo(small());
    }
  }
}
