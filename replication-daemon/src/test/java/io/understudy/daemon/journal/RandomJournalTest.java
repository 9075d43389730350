package io.understudy.daemon.journal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.understudy.daemon.journal.FaultyDisk.Fault;
import io.understudy.model.Position;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Random use, with crashes that lose what was not forced, gives what the oracle says. */
class RandomJournalTest {
  private static final int SEEDS = Integer.getInteger("journal.seeds", 1000);
  private static final long FIRST_SEED = Long.getLong("journal.seed", 1);
  private static final int STEPS = 60;
  private static final JournalLimits LIMITS = new JournalLimits(1000, 4096, 700, 100);
  private static final Instant NOW = Instant.ofEpochMilli(1_000_000);

  private enum Event {
    APPENDED,
    SYNCED,
    ACKED,
    READ,
    CUT,
    RETAINED,
    RESTARTED_PROCESS,
    CRASHED,
    TAIL_LOST,
    CRASHED_IN_CUT,
    CRASHED_IN_RETENTION,
    REFETCHED
  }

  private final Logger journalLog = (Logger) LoggerFactory.getLogger(Journal.class);
  private @Nullable Level level;
  private final Map<Event, Integer> seen = new EnumMap<>(Event.class);

  @Test
  void whatIsReadIsAPrefixThatHoldsEverythingAcknowledged() throws Exception {
    System.out.println(
        "seeds "
            + FIRST_SEED
            + ".."
            + (FIRST_SEED + SEEDS - 1)
            + "; again with -Djournal.seed=N -Djournal.seeds=1");
    for (long seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      try {
        new Run(seed).run();
      } catch (Exception | AssertionError e) {
        throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
      }
    }
    System.out.println(seen);
    if (SEEDS >= 1000) {
      assertThat(seen.keySet()).containsExactlyInAnyOrder(Event.values());
    }
  }

  @BeforeEach
  void keepQuiet() {
    level = journalLog.getLevel();
    journalLog.setLevel(Level.OFF);
  }

  @AfterEach
  void speakAgain() {
    journalLog.setLevel(level);
  }

  private void count(Event event) {
    seen.merge(event, 1, Integer::sum);
  }

  /** One journal's life. */
  private final class Run {
    private final Random random;
    private final FaultyDisk disk;
    private final History history = new History();
    private Journal journal;
    private int durable;
    private boolean refetched;
    private Position acked = Position.NONE;
    private Position floor = Position.NONE;

    Run(long seed) throws IOException {
      random = new Random(seed);
      disk = new FaultyDisk(random);
      Journal.create(disk);
      journal = open();
    }

    private Journal open() throws IOException {
      return Journal.open(
          new Journal.Setting(disk, LIMITS, () -> NOW.minusMillis(random.nextInt(1000))));
    }

    void run() throws Exception {
      for (int i = 0; i < STEPS; i++) {
        if (random.nextInt(12) == 0) {
          disk.failAt(Fault.CRASH, 1 + random.nextInt(8));
        }
        step();
      }
      compare();
    }

    private void step() throws Exception {
      switch (random.nextInt(14)) {
        case 0, 1, 2, 3, 4 -> append();
        case 5, 6, 7 -> sync();
        case 8, 9 -> ack();
        case 10 -> compare();
        case 11 -> cut();
        case 12 -> retain();
        default -> reopen();
      }
    }

    private void append() throws Exception {
      List<Entry> next = history.randomNext(random, 1 + random.nextInt(8));
      next.forEach(history::add);
      if (survives(durable, () -> journal.append(next))) {
        count(Event.APPENDED);
      }
    }

    private void sync() throws Exception {
      if (survives(durable, () -> assertThat(journal.sync()).isEqualTo(history.last()))) {
        durable = history.size();
        count(Event.SYNCED);
      }
    }

    private void ack() throws Exception {
      Position position = any(history.prefix(durable).positions());
      if (survivesWithMark(durable, () -> journal.markAcked(position))) {
        acked = position.compareTo(acked) > 0 ? position : acked;
        count(Event.ACKED);
      }
    }

    private void cut() throws Exception {
      List<Position> all = history.positions();
      Position position = any(all.subList(Math.max(0, all.size() - 15), all.size()));
      if (position.compareTo(journal.first()) < 0 || position.compareTo(journal.last()) > 0) {
        return;
      }
      int kept = history.sizeAt(position);
      Position lowered = acked.compareTo(position) < 0 ? acked : position;
      // From now on only what is before the cut is promised.
      Position before = acked;
      acked = lowered;
      if (survivesWithMark(Math.min(kept, durable), () -> journal.cut(position))) {
        count(Event.CUT);
        int found = matching(kept, history.size());
        assertThat(history.prefix(found).last()).isEqualTo(history.prefix(kept).last());
        history.shorten(found);
        durable = found;
      } else {
        count(Event.CRASHED_IN_CUT);
        acked = before.compareTo(history.last()) > 0 ? lowered : acked;
      }
    }

    private void retain() throws Exception {
      List<Position> positions = history.prefix(durable).positions();
      Position newFloor = any(positions);
      floor = newFloor.compareTo(floor) > 0 ? newFloor : floor;
      RetentionPolicy policy =
          new RetentionPolicy(random.nextInt(20_000), Duration.ofMillis(random.nextInt(1500)));
      int[] dropped = {0};
      if (survivesWithMark(durable, () -> dropped[0] = journal.retain(policy, floor, NOW))) {
        seen.merge(Event.RETAINED, Integer.signum(dropped[0]), Integer::sum);
      } else {
        count(Event.CRASHED_IN_RETENTION);
      }
      assertThat(journal.first()).isLessThanOrEqualTo(floor);
    }

    private void reopen() throws Exception {
      count(Event.RESTARTED_PROCESS);
      if (survivesWithMark(
          durable,
          () -> {
            journal.close();
            journal = open();
          })) {
        accept(history.size());
      }
    }

    /** Whether an action went well; otherwise the machine crashed, and at least so much is left. */
    private boolean survives(int left, Action action) throws Exception {
      boolean fine = survivesWithMark(left, action);
      assertThat(refetched).as("incomplete although no mark was written").isFalse();
      return fine;
    }

    /** The same for an action that writes the mark, which a crash can tear. */
    private boolean survivesWithMark(int left, Action action) throws Exception {
      refetched = false;
      try {
        action.run();
        return true;
      } catch (IOException e) {
        if (!disk.crashed()) {
          throw e;
        }
        count(Event.CRASHED);
        disk.restart();
        journal = open();
        accept(left);
        return false;
      }
    }

    /** Takes over what the journal has now, at least so many entries. */
    private void accept(int left) throws Exception {
      int found = matching(Math.min(left, durable), history.size());
      if (!(journal.health() instanceof Health.Complete)) {
        refetch(found);
        return;
      }
      if (found < history.size()) {
        count(Event.TAIL_LOST);
      }
      assertThat(found).isGreaterThanOrEqualTo(left);
      assertThat(journal.last()).isGreaterThanOrEqualTo(acked);
      history.shorten(found);
      durable = found;
    }

    /** A crash that tears the mark may leave a journal that has to ask again. */
    private void refetch(int found) throws Exception {
      count(Event.REFETCHED);
      refetched = true;
      History source = history.prefix(Math.max(found, history.sizeAt(acked)));
      journal.refetch(acked);
      history.shorten(found);
      for (long xid : journal.openTransactions()) {
        history.add(new Entry.Abort(xid));
      }
      List<Entry> again = new ArrayList<>(history.from(found));
      again.addAll(source.after(history.last()));
      history.shorten(found);
      again.forEach(history::add);
      journal.append(again);
      journal.sync();
      assertThat(journal.health()).isInstanceOf(Health.Complete.class);
      durable = history.size();
    }

    /** How many entries of the history the journal has, if all of them are durable. */
    private int matching(int from, int to) throws Exception {
      List<Entry> got = read(journal.first());
      for (int size = to; size >= from; size--) {
        History prefix = history.prefix(size);
        if (prefix.open().keySet().equals(journal.openTransactions())
            && prefix.after(journal.first()).equals(got)) {
          return size;
        }
      }
      throw new AssertionError(
          "no prefix of " + from + ".." + to + " entries is what the journal has");
    }

    /** What readers see: more than was synced, if a segment was full. */
    private History visible() throws Exception {
      List<Entry> got = read(journal.first());
      for (int size = durable; size <= history.size(); size++) {
        if (history.prefix(size).after(journal.first()).equals(got)) {
          return history.prefix(size);
        }
      }
      throw new AssertionError("readers see no prefix of what was appended");
    }

    private void compare() throws Exception {
      count(Event.READ);
      History visible = visible();
      assertThat(journal.last()).isEqualTo(visible.last());
      assertThat(journal.epochs()).isEqualTo(history.epochs());
      assertThat(journal.openTransactions()).isEqualTo(history.open().keySet());
      List<Position> positions = new ArrayList<>(visible.positions());
      Collections.shuffle(positions, random);
      for (Position position : positions.subList(0, Math.min(8, positions.size()))) {
        if (position.compareTo(journal.first()) >= 0) {
          assertThat(read(position)).isEqualTo(visible.after(position));
          assertThat(journal.chainAt(position)).isEqualTo(visible.chainAt(position));
        }
      }
    }

    private List<Entry> read(Position after) throws IOException {
      List<Entry> entries = new ArrayList<>();
      try (Cursor cursor = journal.read(after)) {
        for (Optional<Entry> next = cursor.next(); next.isPresent(); next = cursor.next()) {
          entries.add(next.get());
        }
      }
      return History.withoutAborted(entries);
    }

    private Position any(List<Position> positions) {
      return positions.get(random.nextInt(positions.size()));
    }
  }

  private interface Action {
    void run() throws Exception;
  }
}
