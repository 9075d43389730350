package io.understudy.daemon.endpoint;

import io.understudy.daemon.apply.Applier;
import io.understudy.daemon.apply.DivergenceException;
import io.understudy.daemon.apply.TransactionQueue;
import io.understudy.daemon.capture.TransactionCodec;
import io.understudy.daemon.endpoint.RecentFrames.Portion;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.replication.ShadowCounters;
import io.understudy.model.Position;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies an endpoint's journal to its database, up to the position that it was last told and not a
 * transaction further: one thread reads and decodes, another writes.
 */
final class ShadowApplier {
  /** Hears of the work, on one of its threads. */
  interface Listener {
    /**
     * A group is durable.
     *
     * @param readingMillis newest heartbeat reading in it, or 0 if it had none
     */
    void applied(Position position, long readingMillis);

    void retrying(String reason);

    /** It has stopped, and the copy has to be made anew. */
    void failed(String reason);

    /** The journal cannot be read any more where it should. */
    void unreadable(IOException cause);
  }

  private static final Logger log = LoggerFactory.getLogger(ShadowApplier.class);
  private static final Portion PORTION = new Portion(512, 4 << 20);
  private static final long QUEUE_BYTES_MAX = 32L << 20;
  private static final int GROUP_CHANGES_MAX = 2_000;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofSeconds(5);

  private final Ledger ledger;
  private final RecentFrames recent;
  private final ShadowCounters counters;
  private final Listener listener;
  private final TransactionQueue queue = new TransactionQueue(QUEUE_BYTES_MAX);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition raised = lock.newCondition();
  private final Thread feeder;
  private final Thread writer;
  private Position target; // under the lock; never falls
  private volatile boolean stopped;

  /**
   * @param applied what the database contains
   */
  ShadowApplier(Place place, Position applied, Listener listener) {
    this.ledger = place.ledger();
    this.recent = place.recent();
    this.counters = place.counters();
    this.listener = listener;
    this.target = applied;
    Applier applier =
        new Applier(place.service(), place.shadow(), queue, applied, GROUP_CHANGES_MAX);
    this.feeder = Thread.ofVirtual().name("feed").unstarted(() -> feed(applied));
    this.writer = Thread.ofVirtual().name("apply").unstarted(() -> write(applier));
  }

  /** From where to where it applies. */
  record Place(
      String service, Server shadow, Ledger ledger, RecentFrames recent, ShadowCounters counters) {}

  void start() {
    feeder.start();
    writer.start();
  }

  /** Everything up to here may be applied. */
  void raise(Position upTo) {
    lock.lock();
    try {
      if (upTo.compareTo(target) > 0) {
        target = upTo;
        raised.signal();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Stops after the group under way, or in the middle of it if that takes too long. Blocks. */
  void stop() throws InterruptedException {
    stopped = true;
    queue.discard();
    feeder.interrupt();
    if (!writer.join(GRACE)) {
      writer.interrupt();
      writer.join();
    }
    feeder.join();
  }

  private Position awaitTargetAfter(Position fed) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (target.compareTo(fed) <= 0) {
        raised.await();
      }
      return target;
    } finally {
      lock.unlock();
    }
  }

  private void feed(Position applied) {
    try (Frames frames = new Frames(ledger, recent)) {
      Position upTo = awaitTargetAfter(applied);
      Tip at = tipAt(applied);
      while (!stopped) {
        List<Held> portion =
            frames
                .after(at, upTo, PORTION)
                .orElseThrow(() -> new IOException("the journal does not hold what follows"));
        for (Held held : portion) {
          offer(held);
          at = held.after();
        }
        upTo = awaitTargetAfter(at.position());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      if (!stopped) {
        listener.unreadable(e);
      }
    }
  }

  private void offer(Held held) throws InterruptedException {
    var transaction = TransactionCodec.decode(held.position(), held.content());
    while (!queue.offer(transaction, PATIENCE)) {
      log.trace("the database sets the pace");
    }
  }

  /** The database's content ends at a frame of this journal, or it is not a part of its history. */
  private Tip tipAt(Position applied) throws IOException {
    Optional<Held> next = recent.next(applied);
    if (next.isPresent()) {
      return next.get().before();
    }
    try (Ledger.Reading reading =
        ledger
            .readAfter(applied)
            .orElseThrow(() -> new IOException("the journal does not hold " + applied))) {
      return reading.next().orElseThrow().before();
    }
  }

  private void write(Applier applier) {
    try {
      applier.run(
          new Applier.Listener() {
            @Override
            public void applied(Position position, long readingMillis) {
              listener.applied(position, readingMillis);
            }

            @Override
            public void retrying(String reason) {
              counters.retried();
              listener.retrying(reason);
            }

            @Override
            public void grouped(int changes) {
              counters.grouped(changes);
            }

            @Override
            public void fellBack() {
              counters.fellBack();
            }
          });
    } catch (DivergenceException e) {
      if (!stopped) {
        listener.failed(String.valueOf(e.getMessage()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
