package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.Lsn;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenTransactionsTest {
  @TempDir Path folder;

  /** Against an oracle that keeps every change with its subtransactions and filters at the end. */
  @Test
  void interleavedTransactionsWithRandomSavepointsKeepWhatAnOracleKeeps() {
    long seed = Long.getLong("understudy.seed", new Random().nextLong());
    System.out.println("seed " + seed + "; replay it with -Dunderstudy.seed=" + seed);
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      // From "everything in a file" to "everything in memory".
      long bytesMax = 1L << random.nextInt(20);
      try (OpenTransactions open = new OpenTransactions(folder, bytesMax)) {
        new Interleaving(random, open, "seed " + seed + " round " + round).run();
        assertThat(open.isEmpty()).isTrue();
      }
    }
  }

  @Test
  void aSpilledTransactionHasNoFileThatCouldBeLeftBehind() {
    try (OpenTransactions open = new OpenTransactions(folder, 0)) {
      open.begin(7);
      open.append(7, new StreamedMessage(7, ByteBuffer.wrap("first".getBytes(UTF_8))));
      open.append(7, new StreamedMessage(7, ByteBuffer.wrap("second".getBytes(UTF_8))));
      assertThat(folder).isEmptyDirectory();
      List<String> kept = new ArrayList<>();
      open.commit(7, message -> kept.add(UTF_8.decode(message).toString()));
      assertThat(kept).containsExactly("first", "second");
    }
  }

  @Test
  void aFolderThatTakesNoFileIsNamedWithARemedy() {
    try (OpenTransactions open = new OpenTransactions(folder.resolve("gone"), 0)) {
      open.begin(7);
      StreamedMessage message = new StreamedMessage(7, ByteBuffer.wrap("x".getBytes(UTF_8)));
      assertThatThrownBy(() -> open.append(7, message))
          .hasMessageContaining("gone")
          .hasMessageContaining("java.io.tmpdir");
    }
  }

  /** Several open transactions at once. */
  private static final class Interleaving {
    /** A transaction: the savepoints it is inside of, and all that it ever did. */
    private static final class Tx {
      final Deque<Integer> inside = new ArrayDeque<>();
      final Map<Integer, Integer> parents = new HashMap<>();
      final List<Map.Entry<Integer, String>> done = new ArrayList<>();
      final Set<Integer> aborted = new HashSet<>();
    }

    private final Random random;
    private final String name;
    private final PgoutputAssembler assembler;
    private final Map<Integer, Tx> running = new HashMap<>();
    private int nextXid = 10;
    private int nextRow = 1;
    private long nextEnd = 1;

    Interleaving(Random random, OpenTransactions open, String name) {
      this.random = random;
      this.name = name;
      this.assembler = new PgoutputAssembler(3, _ -> List.of(), open);
      add(PgoutputWriter.plain().relation(1, "t", 'd', "*id"));
    }

    void run() {
      for (int step = 0; step < 60; step++) {
        if (running.size() < 3) {
          int xid = nextXid++;
          Tx begun = new Tx();
          begun.inside.push(xid);
          running.put(xid, begun);
        }
        List<Integer> xids = List.copyOf(running.keySet());
        step(xids.get(random.nextInt(xids.size())));
      }
      List.copyOf(running.keySet()).forEach(this::end);
    }

    private void add(ByteBuffer message) {
      assertThat(assembler.add(message)).isEmpty();
    }

    private void step(int xid) {
      Tx tx = Objects.requireNonNull(running.get(xid));
      switch (random.nextInt(10)) {
        case 0 -> end(xid);
        case 1, 2 -> {
          int subxid = nextXid++;
          tx.parents.put(subxid, tx.inside.element());
          tx.inside.push(subxid);
        }
        case 3 -> rollBackInnermost(xid, tx);
        case 4 -> {
          if (tx.inside.size() > 1) {
            tx.inside.pop();
          }
        }
        default -> piece(xid, tx);
      }
    }

    private void piece(int xid, Tx tx) {
      add(PgoutputWriter.streamStart(xid));
      for (int i = random.nextInt(5); i >= 0; i--) {
        int subxid = tx.inside.element();
        String value = String.valueOf(nextRow++);
        add(PgoutputWriter.streamed(subxid).insert(1, value + "x".repeat(random.nextInt(300))));
        tx.done.add(Map.entry(subxid, value));
      }
      add(PgoutputWriter.streamStop());
    }

    /** PostgreSQL reports what was released into it first, then the subtransaction itself. */
    private void rollBackInnermost(int xid, Tx tx) {
      if (tx.inside.size() == 1) {
        return;
      }
      int subxid = tx.inside.pop();
      for (int other : List.copyOf(tx.parents.keySet())) {
        if (other != subxid && isInside(tx, other, subxid) && tx.aborted.add(other)) {
          add(PgoutputWriter.streamAbort(xid, other));
        }
      }
      tx.aborted.add(subxid);
      add(PgoutputWriter.streamAbort(xid, subxid));
    }

    private boolean isInside(Tx tx, int inner, int outer) {
      Integer at = inner;
      while (at != null && at != outer) {
        at = tx.parents.get(at);
      }
      return at != null;
    }

    private void end(int xid) {
      Tx tx = Objects.requireNonNull(running.remove(xid));
      if (tx.done.isEmpty()) {
        return;
      }
      if (random.nextInt(4) == 0) {
        add(PgoutputWriter.streamAbort(xid, xid));
        return;
      }
      List<String> kept =
          tx.done.stream()
              .filter(change -> !tx.aborted.contains(change.getKey()))
              .map(Map.Entry::getValue)
              .toList();
      Optional<Transaction> complete =
          assembler.add(PgoutputWriter.streamCommit(xid, new Lsn(nextEnd++)));
      List<String> got =
          CaptureContract.ids(complete.stream().toList()).stream()
              .map(id -> id.replace("x", ""))
              .toList();
      assertThat(got).as(name).isEqualTo(kept);
    }
  }
}
