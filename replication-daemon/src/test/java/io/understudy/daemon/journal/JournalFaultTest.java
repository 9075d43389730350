package io.understudy.daemon.journal;

import static io.understudy.daemon.journal.Sample.LIMITS;
import static io.understudy.daemon.journal.Sample.NOW;
import static io.understudy.daemon.journal.Sample.at;
import static io.understudy.daemon.journal.Sample.large;
import static io.understudy.daemon.journal.Sample.open;
import static io.understudy.daemon.journal.Sample.read;
import static io.understudy.daemon.journal.Sample.small;
import static io.understudy.daemon.journal.Sample.transaction;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;

import io.understudy.daemon.journal.Entry.Epoch;
import io.understudy.daemon.journal.FaultyDisk.Fault;
import io.understudy.model.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Disks that fail: nothing is acknowledged after it, nothing acknowledged is lost. */
class JournalFaultTest {
  private interface Action {
    void run() throws IOException;
  }

  /** Runs until the fault strikes; returns what was acknowledged by then. */
  private static Position useUntilItFails(Journal journal) {
    Position acked = Position.NONE;
    long lsn = 40;
    try {
      while (true) {
        journal.append(List.of(large(1, ++lsn), large(1, ++lsn)));
        Position durable = journal.sync();
        journal.markAcked(durable);
        acked = durable;
      }
    } catch (IOException e) {
      assertThat(e).isInstanceOf(JournalException.class);
      return acked;
    }
  }

  @Test
  void firstFailureIsFinalAndTheDiskIsNotTouchedAgain() throws IOException {
    for (Fault fault : List.of(Fault.EIO, Fault.FULL)) {
      for (int n = 1; n <= 40; n++) {
        String what = fault + " at change " + n;
        FaultyDisk disk = Sample.disk(small(), at(1, 40));
        Journal journal = open(disk);
        disk.failAt(fault, n);
        Position acked = useUntilItFails(journal);
        long changes = disk.changes();
        disk.failNever();
        String reason = fault == Fault.FULL ? "No space left on device" : "Input/output error";
        for (Action action : everything(journal)) {
          assertThatThrownBy(action::run)
              .as(what)
              .isInstanceOf(JournalException.class)
              .hasMessageContaining(reason);
        }
        assertThat(journal.health())
            .as(what)
            .isInstanceOfSatisfying(
                Health.Failed.class, it -> assertThat(it.reason()).hasMessageContaining(reason));
        assertThat(read(journal, Position.NONE)).as(what).startsWith(small().toArray(Entry[]::new));
        journal.close();
        assertThat(disk.changes()).as(what).isEqualTo(changes);
        assertNothingLost(disk, acked, what);
      }
    }
  }

  private static List<Action> everything(Journal journal) {
    return List.of(
        () -> journal.append(List.of(transaction(1, 9000))),
        journal::sync,
        () -> journal.markAcked(at(1, 40)),
        () -> journal.cut(at(1, 20)),
        () -> journal.refetch(at(1, 40)),
        () -> journal.restart(at(1, 40), Chain.START),
        () -> journal.retain(new RetentionPolicy(0, Duration.ZERO), at(1, 40), NOW));
  }

  /** After the power went off as well. */
  private static void assertNothingLost(FaultyDisk disk, Position acked, String what)
      throws IOException {
    disk.restart();
    try (Journal journal = open(disk)) {
      if (journal.health() instanceof Health.Incomplete) {
        // The mark itself was being written: the journal asks again rather than forget.
        journal.refetch(acked);
      }
      assertThat(journal.last()).as(what).isGreaterThanOrEqualTo(acked);
    }
  }

  @Test
  void fullFileSystemStopsTheJournalAndASecondStartGoesOn(@TempDir Path parent) throws Exception {
    Path mounted = Files.createDirectory(parent.resolve("small"));
    if (!run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", mounted.toString())) {
      System.out.println("left out: a small file system can be mounted by root only");
      abort("a small file system can be mounted by root only");
    }
    try {
      fillUp(mounted.resolve("journal"));
    } finally {
      assertThat(run("umount", mounted.toString())).isTrue();
    }
  }

  private static void fillUp(Path folder) throws IOException {
    Journal.create(folder);
    Position acked;
    try (Journal journal = Journal.open(folder, LIMITS, () -> NOW)) {
      List<Entry> first = new ArrayList<>(List.of(new Epoch(at(1, 0))));
      journal.append(first);
      acked = useUntilItFails(journal);
      assertThat(journal.health()).isInstanceOf(Health.Failed.class);
      assertThat(acked).isGreaterThan(at(1, 100));
    }
    Position full = acked;
    try (Journal journal = Journal.open(folder, LIMITS, () -> NOW)) {
      assertThat(journal.health()).isEqualTo(new Health.Complete());
      assertThat(journal.last()).isGreaterThanOrEqualTo(full);
      RetentionPolicy half = new RetentionPolicy(128 << 10, Duration.ofDays(1));
      assertThat(journal.retain(half, full, NOW)).as("retention needs no space").isPositive();
      journal.append(List.of(large(1, 9000)));
      journal.markAcked(journal.sync());
      assertThat(journal.acked()).isEqualTo(at(1, 9000));
    }
  }

  private static boolean run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
  }
}
