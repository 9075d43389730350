package io.understudy.daemon.capture;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.spi.OffsetCommitPolicy;
import io.understudy.model.Lsn;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures with the embedded Debezium engine.
 *
 * <h2>Why nothing is lost at a restart</h2>
 *
 * The engine gets an offset store that starts empty and a snapshot mode that reads no data; it then
 * streams from the slot's confirmed position, which the server keeps. The driver confirms nothing
 * by itself ({@code lsn.flush.mode=connector}); the engine confirms what is marked as processed,
 * and only the last record of a transaction at or below the replicated watermark ever is. An engine
 * that finds no slot would create one and start at "now": {@code slotCheck} runs when the engine
 * has attached, before the first confirmation, and ends the capture if the slot is not where it
 * was.
 */
public final class DebeziumCapture implements Capture {
  private static final Logger LOG = LoggerFactory.getLogger(DebeziumCapture.class);
  private static final long CLOSE_SECONDS_MAX = 20;

  private final DebeziumSettings settings;
  private final TransactionAssembler assembler;
  private final Deque<RecordChangeEvent<SourceRecord>> unconfirmed = new ArrayDeque<>();
  private final AtomicLong replicated = new AtomicLong();
  // A capture that is closed before it began must not begin: its engine would hold the slot.
  private final ReentrantLock beginning = new ReentrantLock();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final AtomicBoolean failed = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final CountDownLatch attached = new CountDownLatch(1);
  private volatile @Nullable DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
  private volatile @Nullable Thread thread;

  public DebeziumCapture(DebeziumSettings settings) {
    this.settings = settings;
    this.assembler =
        new TransactionAssembler(settings.epoch(), settings.placeholder(), settings.keyless());
  }

  @Override
  public void start(Sink sink) {
    DebeziumEngine<RecordChangeEvent<SourceRecord>> created =
        DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
            .using(settings.properties())
            .using(OffsetCommitPolicy.always())
            .using((success, message, error) -> ended(sink, message, error))
            .using(attachment(sink))
            .notifying(new Batches(sink))
            .build();
    beginning.lock();
    try {
      if (!closing.get()) {
        engine = created;
        thread = Thread.ofPlatform().daemon().name("capture-" + settings.name()).start(created);
      }
    } finally {
      beginning.unlock();
    }
  }

  @Override
  public void confirm(Lsn position) {
    replicated.accumulateAndGet(
        position.value(), (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b);
  }

  /** Ends the engine; one that hangs is left to its thread, and its records are dropped. */
  @Override
  public void close() {
    boolean first = beginClose();
    DebeziumEngine<RecordChangeEvent<SourceRecord>> running = engine;
    Thread runner = thread;
    if (!first || running == null || runner == null) {
      return;
    }
    try {
      while (!attached.await(10, TimeUnit.MILLISECONDS) && ended.getCount() > 0) {
        LOG.trace("capture {} still starts", settings.name());
      }
      if (ended.getCount() > 0) {
        end(running);
      }
      // Closed just as it begins to poll, the engine waits for a task that it has thrown away.
      if (!ended.await(1, TimeUnit.SECONDS)) {
        runner.interrupt();
      }
      if (!ended.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        LOG.warn("capture {} did not end within {} s", settings.name(), CLOSE_SECONDS_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean beginClose() {
    beginning.lock();
    try {
      return closing.compareAndSet(false, true);
    } finally {
      beginning.unlock();
    }
  }

  private void end(DebeziumEngine<RecordChangeEvent<SourceRecord>> running) {
    try {
      running.close();
    } catch (IOException | IllegalStateException e) {
      LOG.info("capture {} was ending by itself: {}", settings.name(), e.getMessage());
    }
  }

  private DebeziumEngine.ConnectorCallback attachment(Sink sink) {
    return new DebeziumEngine.ConnectorCallback() {
      @Override
      public void pollingStarted() {
        attached.countDown();
      }

      @Override
      public void taskStarted() {
        settings.slotCheck().get().ifPresent(problem -> fail(sink, problem));
      }

      @Override
      public void pollingStopped() {
        if (!closing.get()) {
          fail(sink, "the engine stopped reading from the primary");
        }
      }
    };
  }

  private void ended(Sink sink, @Nullable String message, @Nullable Throwable error) {
    ended.countDown();
    if (!closing.get()) {
      fail(sink, reason(message, error));
    }
  }

  private void fail(Sink sink, String reason) {
    if (failed.compareAndSet(false, true)) {
      LOG.error("capture {}: streaming -> failed cause={}", settings.name(), reason);
      sink.failed(reason);
    }
  }

  /** The deepest cause that says anything: the engine wraps what happened several times. */
  private static String reason(@Nullable String message, @Nullable Throwable error) {
    String reason = String.valueOf(message);
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      reason =
          cause.getMessage() == null
              ? reason + " (" + cause.getClass().getSimpleName() + ")"
              : cause.getMessage();
    }
    return reason;
  }

  /** The owner of the engine's committer, which is not thread-safe: the engine's polling thread. */
  private final class Batches
      implements DebeziumEngine.ChangeConsumer<RecordChangeEvent<SourceRecord>> {
    private final Sink sink;

    Batches(Sink sink) {
      this.sink = sink;
    }

    @Override
    public void handleBatch(
        List<RecordChangeEvent<SourceRecord>> records,
        DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
        throws InterruptedException {
      if (failed.get() || closing.get()) {
        return;
      }
      try {
        for (RecordChangeEvent<SourceRecord> record : records) {
          Optional<Transaction> complete = assembler.add(record.record());
          if (complete.isPresent()) {
            unconfirmed.addLast(record);
            deliver(complete.get());
          }
        }
        confirmReplicated(committer);
      } catch (RuntimeException e) {
        fail(sink, reason(null, e));
        throw e;
      }
    }

    private void deliver(Transaction transaction) throws InterruptedException {
      sink.accept(transaction);
      while (unconfirmed.size() > settings.transactionsInFlightMax() && !nextIsReplicated()) {
        if (closing.get()) {
          return;
        }
        TimeUnit.MILLISECONDS.sleep(1);
      }
    }

    private boolean nextIsReplicated() {
      RecordChangeEvent<SourceRecord> next = unconfirmed.peekFirst();
      return next != null
          && TransactionAssembler.commitEnd(next.record()).compareTo(new Lsn(replicated.get()))
              <= 0;
    }

    private void confirmReplicated(
        DebeziumEngine.RecordCommitter<RecordChangeEvent<SourceRecord>> committer)
        throws InterruptedException {
      RecordChangeEvent<SourceRecord> last = null;
      while (nextIsReplicated()) {
        last = unconfirmed.pollFirst();
      }
      if (last != null) {
        committer.markProcessed(last);
        committer.markBatchFinished();
      }
    }
  }
}
