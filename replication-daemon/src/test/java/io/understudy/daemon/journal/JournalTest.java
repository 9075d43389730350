package io.understudy.daemon.journal;

import static io.understudy.daemon.journal.Sample.LIMITS;
import static io.understudy.daemon.journal.Sample.NOW;
import static io.understudy.daemon.journal.Sample.at;
import static io.understudy.daemon.journal.Sample.read;
import static io.understudy.daemon.journal.Sample.small;
import static io.understudy.daemon.journal.Sample.text;
import static io.understudy.daemon.journal.Sample.transaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.journal.Entry.Abort;
import io.understudy.daemon.journal.Entry.Chunk;
import io.understudy.daemon.journal.Entry.Commit;
import io.understudy.daemon.journal.Entry.Epoch;
import io.understudy.model.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A journal in a real folder. */
class JournalTest {
  @TempDir Path parent;
  private Path folder = Path.of("");

  @BeforeEach
  void create() throws IOException {
    folder = parent.resolve("journal");
    Journal.create(folder);
  }

  private Journal open() throws IOException {
    return Journal.open(folder, LIMITS, () -> NOW);
  }

  @Test
  void entriesComeBackAsTheyWereAlsoAfterReopening() throws IOException {
    Chain chain;
    try (Journal journal = open()) {
      journal.append(small());
      assertThat(journal.last()).as("before the fsync").isEqualTo(Position.NONE);
      assertThat(journal.sync()).isEqualTo(at(1, 40));
      assertThat(read(journal, Position.NONE)).isEqualTo(small());
      chain = journal.chainAt(at(1, 40));
    }
    try (Journal journal = open()) {
      assertThat(journal.health()).isEqualTo(new Health.Complete());
      assertThat(read(journal, Position.NONE)).isEqualTo(small());
      assertThat(journal.last()).isEqualTo(at(1, 40));
      assertThat(journal.chainAt(at(1, 40))).isEqualTo(chain);
      assertThat(journal.openTransactions()).containsExactly(78L);
      assertThat(journal.epochs()).containsExactly(at(1, 0));
    }
  }

  @Test
  void readerGetsTheEarlierChunksOfWhatCommitsLater() throws IOException {
    try (Journal journal = open()) {
      journal.append(small());
      journal.sync();
      assertThat(read(journal, at(1, 20)))
          .containsExactly(
              new Chunk(77, 7, text("first half, ")),
              new Chunk(77, 7, text("second half")),
              new Commit(at(1, 30), 77),
              new Chunk(78, 7, text("open")),
              transaction(1, 40));
      assertThat(read(journal, at(1, 40))).containsExactly(new Chunk(78, 7, text("open")));
    }
  }

  @Test
  void positionBetweenTwoFramesMeansTheEarlierOne() throws IOException {
    try (Journal journal = open()) {
      journal.append(small());
      journal.sync();
      assertThat(read(journal, at(1, 25))).isEqualTo(read(journal, at(1, 20)));
      assertThat(journal.chainAt(at(1, 25))).isEqualTo(journal.chainAt(at(1, 20)));
    }
  }

  @Test
  void chainDoesNotDependOnHowATransactionWasCut() throws IOException {
    List<List<Entry>> waysToSaySo =
        List.of(
            List.of(new Entry.Transaction(at(1, 5), 9, 7, text("abcdef"))),
            List.of(
                new Chunk(9, 7, text("abc")),
                new Chunk(9, 7, text("")),
                new Chunk(9, 8, text("def")),
                new Commit(at(1, 5), 9)),
            List.of(
                new Chunk(9, 7, text("void")),
                new Abort(9),
                new Chunk(8, 7, text("other")),
                new Chunk(9, 7, text("abcdef")),
                new Commit(at(1, 5), 9)));
    List<Chain> chains = new ArrayList<>();
    for (List<Entry> way : waysToSaySo) {
      try (Journal journal = open()) {
        journal.restart(Position.NONE, Chain.START);
        journal.append(List.of(new Epoch(at(1, 0))));
        journal.append(way);
        journal.sync();
        chains.add(journal.chainAt(at(1, 5)));
      }
    }
    assertThat(chains).doesNotContain(Chain.START);
    assertThat(chains.stream().distinct()).hasSize(1);
  }

  @Test
  void whatCannotFollowIsRefusedAndNothingIsWritten() throws IOException {
    try (Journal journal = open()) {
      refused(journal, transaction(1, 10), "is not of the journal's epoch 0");
      journal.append(small());
      journal.sync();
      refused(journal, transaction(1, 40), "is not after 1:0/28");
      refused(journal, transaction(2, 50), "is not of the journal's epoch 1");
      refused(journal, new Commit(at(1, 50), 99), "has no chunks");
      refused(journal, new Abort(99), "has no chunks");
      refused(journal, new Epoch(at(2, 0)), "begins while transactions [1, 78] are open");
      refused(journal, new Epoch(at(1, 90)), "begins while");
      refused(journal, new Entry.Transaction(at(1, 50), 78, 7, text("")), "has chunks already");
      refused(journal, new Chunk(5, 7, ByteBuffer.allocate(1001)), "is too large");
      assertThat(journal.sync()).isEqualTo(at(1, 40));
      assertThat(read(journal, Position.NONE)).isEqualTo(small());
    }
  }

  private static void refused(Journal journal, Entry entry, String reason) {
    assertThatThrownBy(() -> journal.append(List.of(new Chunk(1, 1, text("x")), entry)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void messagesNeverShowAPayload() {
    assertThat(new Entry.Transaction(at(1, 50), 78, 7, text("secret")).toString())
        .doesNotContain("secret");
  }

  @Test
  void onlyOneProcessHasTheFolder() throws IOException {
    try (Journal journal = open()) {
      assertThat(journal.health()).isEqualTo(new Health.Complete());
      assertThatThrownBy(this::open)
          .hasMessage("folder " + folder + " is in use by another process");
    }
    open().close();
  }

  @Test
  void emptyFolderIsNotTakenForAnEmptyJournal() throws IOException {
    Path other = parent.resolve("other");
    LocalDisk.create(other);
    assertThatThrownBy(() -> Journal.open(other, LIMITS, () -> NOW))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("holds no journal");
    assertThatThrownBy(() -> Journal.create(folder))
        .isInstanceOf(JournalException.class)
        .hasMessageContaining("holds a journal already");
  }

  @Test
  void restartBeginsAtTheSnapshotAndForgetsTheRest() throws IOException {
    Chain chain = new Chain(1, 2);
    try (Journal journal = open()) {
      journal.append(small());
      journal.sync();
      journal.restart(at(3, 500), chain);
    }
    try (Journal journal = open()) {
      assertThat(journal.first()).isEqualTo(at(3, 500));
      assertThat(journal.last()).isEqualTo(at(3, 500));
      assertThat(journal.chainAt(at(3, 500))).isEqualTo(chain);
      assertThat(journal.openTransactions()).isEmpty();
      journal.append(List.of(transaction(3, 501)));
      journal.sync();
      assertThat(read(journal, at(3, 500))).containsExactly(transaction(3, 501));
      assertThatThrownBy(() -> journal.read(at(3, 499)))
          .isInstanceOf(JournalException.class)
          .hasMessageContaining("is not retained any more");
    }
  }

  @Test
  void readerFollowsWhileAnotherThreadAppendsAcrossSegments() throws Exception {
    int count = 20_000;
    try (Journal journal = open();
        ExecutorService threads = Executors.newSingleThreadExecutor()) {
      journal.append(List.of(new Epoch(at(1, 0))));
      journal.sync();
      Future<List<Entry>> reader = threads.submit(() -> follow(journal, count));
      for (int lsn = 1; lsn <= count; lsn++) {
        journal.append(List.of(transaction(1, lsn)));
        if (lsn % 50 == 0) {
          journal.sync();
        }
      }
      List<Entry> got = reader.get(60, TimeUnit.SECONDS);
      assertThat(got).hasSize(count);
      for (int lsn = 1; lsn <= count; lsn++) {
        assertThat(got.get(lsn - 1)).isEqualTo(transaction(1, lsn));
      }
    }
  }

  private static List<Entry> follow(Journal journal, int count) throws IOException {
    List<Entry> got = new ArrayList<>();
    try (Cursor cursor = journal.read(at(1, 0))) {
      while (got.size() < count) {
        Optional<Entry> next = cursor.next();
        next.ifPresent(got::add);
        if (next.isEmpty()) {
          Thread.onSpinWait();
        }
      }
    }
    return got;
  }

  @Test
  void retentionDropsWholeSegmentsByAgeAndBytesButNothingAboveTheFloor() throws IOException {
    RetentionPolicy nothing = new RetentionPolicy(0, Duration.ZERO);
    RetentionPolicy old = new RetentionPolicy(Long.MAX_VALUE, Duration.ofMinutes(1));
    RetentionPolicy some = new RetentionPolicy(3 * 4900, Duration.ofDays(1));
    try (Journal journal = open()) {
      journal.append(List.of(new Epoch(at(1, 0))));
      for (int lsn = 1; lsn <= 50; lsn++) {
        journal.append(List.of(Sample.large(1, lsn)));
      }
      journal.sync();
      assertThat(journal.retain(nothing, at(1, 50), NOW)).as("not acknowledged").isZero();
      journal.markAcked(at(1, 50));
      assertThat(journal.retain(old, at(1, 50), NOW)).as("young").isZero();
      assertThat(journal.retain(nothing, at(1, 20), NOW)).isPositive();
      assertThat(journal.first()).isBetween(at(1, 10), at(1, 20));
      assertThat(read(journal, at(1, 20))).hasSize(30);
      assertThat(journal.retain(some, at(1, 50), NOW)).isPositive();
      assertThat(journal.first()).isBetween(at(1, 30), at(1, 42));
      assertThat(journal.retain(old, at(1, 50), NOW.plusSeconds(61))).isPositive();
    }
    try (Journal journal = open()) {
      assertThat(journal.health()).isEqualTo(new Health.Complete());
      assertThat(journal.epochs()).as("outlives its segment").containsExactly(at(1, 0));
      assertThat(read(journal, journal.first())).isNotEmpty();
    }
  }

  @Test
  void retentionKeepsTheChunksOfWhatCommitsAboveTheFloor() throws IOException {
    RetentionPolicy nothing = new RetentionPolicy(0, Duration.ZERO);
    try (Journal journal = open()) {
      journal.append(List.of(new Epoch(at(1, 0)), new Chunk(1000, 7, text("early"))));
      for (int lsn = 1; lsn <= 50; lsn++) {
        journal.append(List.of(Sample.large(1, lsn)));
      }
      journal.append(List.of(new Commit(at(1, 51), 1000)));
      journal.sync();
      journal.markAcked(at(1, 51));
      assertThat(journal.retain(nothing, at(1, 50), NOW)).isZero();
      journal.append(List.of(Sample.large(1, 52), Sample.large(1, 53)));
      journal.sync();
      journal.markAcked(at(1, 53));
      assertThat(journal.retain(nothing, at(1, 53), NOW)).isPositive();
    }
    try (Journal journal = open()) {
      assertThat(journal.health())
          .as("a commit without its chunks")
          .isEqualTo(new Health.Complete());
      assertThat(journal.first()).isGreaterThanOrEqualTo(at(1, 51));
      assertThat(journal.last()).isEqualTo(at(1, 53));
    }
  }
}
