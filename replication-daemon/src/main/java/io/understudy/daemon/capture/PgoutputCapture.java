package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures by reading PostgreSQL's logical stream itself, with values in PostgreSQL's own text.
 *
 * <h2>Why nothing is lost at a restart</h2>
 *
 * The stream starts at the slot's confirmed position. One thread reads and confirms; it confirms
 * the end of a transaction only when everything up to it is replicated, and a position between
 * transactions only while nothing at all is outstanding ({@link Delivered}). The slot is checked
 * before it is taken, for a clear reason, and once more after: from then on nobody else can move
 * it, and nothing was delivered or confirmed yet.
 *
 * <h2>Memory</h2>
 *
 * A large transaction arrives in pieces while it is open, and they are kept in memory up to a bound
 * and in a temporary file beyond it ({@link OpenTransactions}). At its commit it is handed over as
 * one {@link Transaction}, which takes memory for all its rows: a heap that is too small for that
 * ends the capture with a reason that says so.
 */
public final class PgoutputCapture implements Capture {
  private static final Logger LOG = LoggerFactory.getLogger(PgoutputCapture.class);
  private static final long END_SECONDS_MAX = 3;
  private static final long CLOSE_SECONDS_MAX = 20;

  private final PgoutputSettings settings;
  private final AtomicLong replicated = new AtomicLong();
  private final AtomicBoolean closing = new AtomicBoolean();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final boolean prompt;
  private volatile @Nullable Thread reader;
  private volatile @Nullable LogicalStream stream;
  private volatile Lsn told = Lsn.ZERO;

  public PgoutputCapture(PgoutputSettings settings) {
    this(settings, false);
  }

  private PgoutputCapture(PgoutputSettings settings, boolean prompt) {
    this.settings = settings;
    this.prompt = prompt;
  }

  /**
   * For clients that wait for what is confirmed: transactions are handed over on the reading
   * thread, so the sink must not block for long; a position behind which nothing is outstanding is
   * confirmed at once, because a commit of nothing that is published waits for it too; and the idle
   * server hears of us all the time, because its wait for a confirmation can miss one.
   */
  public static PgoutputCapture prompt(PgoutputSettings settings) {
    return new PgoutputCapture(settings, true);
  }

  /**
   * Everything up to here was told to the server: each transaction up to here was handed over and
   * confirmed. Any thread.
   */
  public Lsn told() {
    return told;
  }

  /** A reader that starts after {@link #close} ends at once. */
  @Override
  public void start(Sink sink) {
    Thread created =
        Thread.ofPlatform().daemon().name("capture-" + settings.name()).unstarted(() -> run(sink));
    reader = created;
    created.start();
  }

  @Override
  public void confirm(Lsn position) {
    replicated.accumulateAndGet(
        position.value(), (a, b) -> Long.compareUnsigned(a, b) >= 0 ? a : b);
    LockSupport.unpark(reader);
    settings.source().wake();
  }

  /** Ends the stream; a server that does not let it end is cut off. */
  @Override
  public void close() {
    closing.set(true);
    if (reader == null) {
      return;
    }
    LockSupport.unpark(reader);
    settings.source().wake();
    try {
      if (ended.await(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        return;
      }
      LogicalStream stuck = stream;
      if (stuck != null) {
        stuck.abort();
      }
      if (!ended.await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        LOG.warn("capture {} did not end within {} s", settings.name(), CLOSE_SECONDS_MAX);
      }
    } catch (SQLException e) {
      LOG.warn("capture {}: {}", settings.name(), settings.source().describe(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Sink sink) {
    String reason = "";
    try {
      reason = read(sink);
    } catch (SQLException e) {
      reason = settings.source().describe(e);
    } catch (RuntimeException e) {
      reason = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.debug("capture {}", settings.name(), e);
    } catch (OutOfMemoryError e) {
      reason =
          "the memory does not suffice for a whole transaction of the primary; raise the heap"
              + " (-Xmx) and start anew";
    }
    ended.countDown();
    if (!closing.get()) {
      LOG.error("capture {}: streaming -> failed cause={}", settings.name(), reason);
      sink.failed(reason);
    }
  }

  /** Reads until there is a reason to end, and returns it. */
  private String read(Sink sink) throws SQLException {
    if (closing.get()) {
      return "closed before it began";
    }
    Optional<String> problem = settings.slotCheck().get();
    if (problem.isPresent()) {
      return problem.get();
    }
    PgoutputSettings.Bounds bounds = settings.bounds();
    Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
    try (LogicalStream taken = LogicalStream.open(settings, closing::get);
        OpenTransactions open = new OpenTransactions(temporary, bounds.openBytesMax());
        Handover handover = new Handover(settings.name(), sink, bounds.handoverBytesMax())) {
      stream = taken;
      problem = settings.slotCheck().get();
      if (problem.isPresent()) {
        return problem.get();
      }
      if (!prompt) {
        handover.start();
      }
      told = settings.start();
      return new Reading(taken, open, handover, sink).untilTheEnd();
    }
  }

  /** What the reading thread owns. */
  private final class Reading {
    private static final long WAIT_NANOS = 1_000_000;
    // A poll that finds nothing takes about as long as the wait that follows it.
    private static final long POLL_NANOS = 2 * WAIT_NANOS;
    private static final int MESSAGES_PER_STATUS = 512;
    // On a busy machine a wait takes many times as long as it should.
    private static final int WAITS_PER_STATUS = 100;

    // A hand-over of each transaction alone would wake two threads for it.
    private static final int BATCH_TRANSACTIONS_MAX = 256;
    private static final long BATCH_BYTES_MAX = 256 << 10;

    private final LogicalStream from;
    private final Handover handover;
    private final Capture.Sink sink;
    private final PgoutputAssembler assembler;
    private final Delivered delivered;
    private final long quietPollsMin;
    private final List<Transaction> batch = new ArrayList<>();
    private long batchBytes;
    private long quietPolls;
    private int messages;

    Reading(LogicalStream from, OpenTransactions open, Handover handover, Capture.Sink sink) {
      PgoutputSettings.Bounds bounds = settings.bounds();
      this.from = from;
      this.handover = handover;
      this.sink = sink;
      this.assembler = new PgoutputAssembler(settings.epoch(), settings.primaryKey(), open);
      this.delivered = new Delivered(settings.start(), bounds.transactionsInFlightMax());
      this.quietPollsMin = prompt ? 0 : bounds.quietMin().toNanos() / POLL_NANOS;
    }

    String untilTheEnd() throws SQLException {
      while (!closing.get()) {
        if (handover.failure().isPresent()) {
          return handover.failure().get();
        }
        ByteBuffer message = from.next();
        if (message == null) {
          handOver();
          waitForMore();
        } else {
          take(message);
        }
      }
      confirmReplicated();
      return "closed";
    }

    private void take(ByteBuffer message) throws SQLException {
      quietPolls = 0;
      Optional<Transaction> complete = assembler.add(message);
      if (complete.isPresent()) {
        batch.add(complete.get());
        batchBytes += complete.get().bytes();
        if (prompt || batch.size() >= BATCH_TRANSACTIONS_MAX || batchBytes >= BATCH_BYTES_MAX) {
          handOver();
        }
        if (prompt) {
          confirmReplicated(); // The wait for more may not come for long.
        }
      }
      if (++messages % MESSAGES_PER_STATUS == 0) {
        handOver();
        confirmReplicated();
      }
    }

    /** Waits for room; the server hears of us meanwhile. */
    private void handOver() throws SQLException {
      if (batch.isEmpty()) {
        return;
      }
      int waits = 0;
      while (delivered.isFull() || !offer()) {
        if (closing.get() || handover.failure().isPresent()) {
          return;
        }
        confirmReplicated();
        if (++waits % WAITS_PER_STATUS == 0) {
          from.confirm(delivered.confirmed());
        }
        LockSupport.parkNanos(WAIT_NANOS);
      }
      batch.forEach(transaction -> delivered.add(transaction.position().lsn()));
      batch.clear();
      batchBytes = 0;
    }

    private boolean offer() {
      if (!prompt) {
        return handover.offer(batch);
      }
      try {
        sink.acceptAll(List.copyOf(batch));
      } catch (InterruptedException e) {
        closing.set(true); // The sink was told to end.
      }
      return true;
    }

    private void waitForMore() throws SQLException {
      boolean moved = confirmReplicated();
      boolean quiet = prompt ? assembler.isBetween() : assembler.isIdle();
      boolean outstanding = !batch.isEmpty() || !quiet;
      if (++quietPolls >= quietPollsMin && !outstanding && delivered.skipTo(from.received())) {
        tell();
      } else if (prompt && !moved) {
        tell();
      }
      if (!settings.source().waits()) {
        LockSupport.parkNanos(WAIT_NANOS);
      }
    }

    private boolean confirmReplicated() throws SQLException {
      boolean moved = delivered.confirm(new Lsn(replicated.get()));
      if (moved) {
        tell();
      }
      return moved;
    }

    private void tell() throws SQLException {
      from.confirm(delivered.confirmed());
      told = delivered.confirmed();
    }
  }
}
