package io.understudy.daemon.replication;

import io.understudy.daemon.apply.TransactionQueue;
import io.understudy.daemon.capture.Transaction;
import io.understudy.model.Position;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * Hands the captured transactions to every shadow. Runs on one thread.
 *
 * <p>A shadow whose queue is full sets the pace for a while: that is the back pressure which keeps
 * memory bounded. It may not do so for ever: after {@link Limits#stallMax} it is given up if k
 * others go on without it. With fewer than k left the stream waits, because nothing could be
 * replicated anyway.
 */
final class Fanout {
  private static final Duration SLICE = Duration.ofMillis(50);
  private static final int CHANGES_MAX = 1_000;

  private final ReplicationSpec spec;
  private final TransactionQueue captured;
  private final List<ShadowLine> lines;
  private final Consumer<Position> progress;
  private volatile boolean ending;

  Fanout(
      ReplicationSpec spec,
      TransactionQueue captured,
      List<ShadowLine> lines,
      Consumer<Position> progress) {
    this.spec = spec;
    this.captured = captured;
    this.lines = lines;
    this.progress = progress;
  }

  /** Hands over until the captured transactions have ended, then ends every shadow's queue. */
  void run() {
    try {
      for (List<Transaction> next = take(); !next.isEmpty(); next = take()) {
        progress.accept(next.getLast().position());
        for (ShadowLine line : lines) {
          deliver(line, next);
        }
      }
      lines.forEach(ShadowLine::endOfStream);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing more is captured; a shadow that holds up the end is given up. */
  void end() {
    ending = true;
    captured.end();
  }

  /** What waits, together: a hand-over of each transaction costs more than the transaction. */
  private List<Transaction> take() throws InterruptedException {
    return captured.take(CHANGES_MAX);
  }

  private void deliver(ShadowLine line, List<Transaction> transactions)
      throws InterruptedException {
    Feed feed = line.feed();
    if (feed == null) {
      return;
    }
    int next = feed.queue.offer(transactions, 0, Duration.ZERO);
    if (next == transactions.size()) {
      if (feed.queue.isRelaxed()) {
        feed.stalledMillis = 0;
      }
      return;
    }
    if (feed.copying) {
      line.giveUp(
          feed,
          "more than "
              + spec.limits().seedBufferBytesMax()
              + " bytes of changes arrived while it was copied; reseed it at a calmer hour or raise"
              + " seedBufferBytesMax");
      return;
    }
    while ((next = feed.queue.offer(transactions, next, SLICE)) < transactions.size()) {
      feed.stalledMillis += SLICE.toMillis();
      boolean enough = feed.stalledMillis >= spec.limits().stallMax().toMillis();
      if (enough && (ending || othersSuffice(line))) {
        line.giveUp(
            feed,
            "it held up the stream for "
                + feed.stalledMillis
                + " ms with a full queue; reseed it when it is fast enough again");
        return;
      }
    }
  }

  private boolean othersSuffice(ShadowLine line) {
    return lines.stream().filter(other -> other != line && other.keepsUp()).count() >= spec.k();
  }
}
