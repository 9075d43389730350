package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Captures what Debezium Server's HTTP sink posts.
 *
 * <h2>Why nothing is lost</h2>
 *
 * The server confirms to the slot, commit by commit, what a 2xx has answered for, and sends it
 * never again as long as it runs. So a batch is answered once its last complete transaction is
 * replicated, and after what it holds of a transaction that has not ended is on the disk ({@link
 * OpenFile}): a receiver that starts again goes on within that transaction. The server itself keeps
 * no position, it starts again at the slot's; what it repeats is dropped, what is missing stops the
 * capture ({@link ReceivedStream}).
 *
 * <p>One thread owns everything but the connections, and waits for nobody except for the sink,
 * which sets the pace: a batch that waits for its replication is a field.
 */
public final class ReceiverCapture implements Capture {
  private static final Logger LOG = LoggerFactory.getLogger(ReceiverCapture.class);
  private static final long CLOSE_SECONDS_MAX = 5;
  private static final int ANSWERED_IDS_MAX = 1_000;

  private final ReceiverSettings settings;
  private final ExecutorService owner;
  private final ReceiverEndpoint endpoint;
  private final AtomicLong replicated = new AtomicLong();
  private final AtomicBoolean closing = new AtomicBoolean();
  private volatile @Nullable Sink sink;
  private volatile @Nullable String failure;
  private volatile @Nullable Waiting waiting;
  // The rest is the owner's.
  private @Nullable Reception reception;
  private final Set<String> answeredIds = new LinkedHashSet<>();

  /** A batch that has been handed over and waits for its replication. */
  private record Waiting(Batch batch, Lsn target) {}

  public ReceiverCapture(ReceiverSettings settings) {
    this.settings = settings;
    this.owner =
        Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("receiver-" + settings.name()).factory());
    this.endpoint =
        new ReceiverEndpoint(settings.at().listen(), settings.bounds(), this::receive, this::fail);
  }

  @Override
  public void start(Sink to) {
    if (closing.get()) {
      return;
    }
    sink = to;
    replicated.accumulateAndGet(settings.start().value(), ReceiverCapture::later);
    endpoint.open();
    if (closing.get()) {
      endpoint.close();
    }
  }

  @Override
  public void confirm(Lsn position) {
    replicated.accumulateAndGet(position.value(), ReceiverCapture::later);
    Waiting next = waiting;
    if (next != null && isReplicated(next.target())) {
      perform(this::answerReplicated);
    }
  }

  private static long later(long a, long b) {
    return Long.compareUnsigned(a, b) >= 0 ? a : b;
  }

  private boolean isReplicated(Lsn target) {
    return target.compareTo(new Lsn(replicated.get())) <= 0;
  }

  /** The address is let go last: who gets it finds the file as it was left. */
  @Override
  public void close() {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    owner.shutdownNow();
    try {
      if (!owner.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS)) {
        LOG.warn("receiver {} did not end within {} s", settings.name(), CLOSE_SECONDS_MAX);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Waiting left = waiting;
    if (left != null) {
      left.batch().answer(503, "the receiver ends; post the batch again");
    }
    Reception ended = reception;
    if (ended != null) {
      ended.close();
    }
    endpoint.close();
  }

  private void receive(Batch batch) {
    if (!perform(() -> take(batch))) {
      batch.answer(503, "the receiver ends; post the batch again");
    }
  }

  private boolean perform(Runnable work) {
    try {
      owner.execute(work);
      return true;
    } catch (RejectedExecutionException e) {
      return false;
    }
  }

  private void take(Batch batch) {
    String broken = failure;
    if (broken != null) {
      batch.answer(503, "the capture has failed: " + broken);
      return;
    }
    Optional<String> unproven = forgery(batch);
    if (unproven.isPresent()) {
      refuse(batch, 401, unproven.get());
    } else if (answeredIds.contains(batch.signature().id())) {
      batch.answer(200, "taken before");
    } else {
      handOver(batch);
    }
  }

  private Optional<String> forgery(Batch batch) {
    try {
      List<byte[]> keys = WebhookSignature.keys(Files.readString(settings.at().secretFile()));
      return batch
          .signature()
          .problem(batch.body(), keys, settings.clock().instant(), settings.bounds().skewMax());
    } catch (IOException | IllegalArgumentException e) {
      return Optional.of(
          "secretFile " + settings.at().secretFile() + " of the receiver: " + e.getMessage());
    }
  }

  private void refuse(Batch batch, int status, String reason) {
    LOG.warn("receiver {}: refused a batch with {}: {}", settings.name(), status, reason);
    batch.answer(status, reason);
  }

  private void handOver(Batch batch) {
    try {
      Sink to = sink;
      if (to == null) {
        return;
      }
      Reception own = reception;
      if (own == null) {
        own = new Reception(settings);
        reception = own;
        // What a predecessor has answered for is replicated, and does not come again.
        replicated.accumulateAndGet(own.delivered().value(), ReceiverCapture::later);
      }
      List<Transaction> complete = own.take(batch.body());
      if (!complete.isEmpty()) {
        to.acceptAll(complete);
      }
      waiting = new Waiting(batch, own.delivered());
      answerReplicated();
    } catch (MalformedBatchException e) {
      refuse(batch, 400, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      batch.answer(503, "the receiver ends; post the batch again");
    } catch (GapException | IllegalStateException | UncheckedIOException e) {
      failWith(batch, e);
    } catch (RuntimeException e) {
      failWith(batch, e);
      throw e;
    }
  }

  private void failWith(Batch batch, RuntimeException cause) {
    String reason = String.valueOf(cause.getMessage());
    fail(reason);
    batch.answer(503, "the capture has failed: " + reason);
  }

  /** Order matters: what the answer promises is on the disk before the answer. */
  private void answerReplicated() {
    Waiting next = waiting;
    Reception own = reception;
    if (next == null || own == null || !isReplicated(next.target())) {
      return;
    }
    waiting = null;
    if (next.batch().isAnswered() || failure != null) {
      return; // Too late, it comes again.
    }
    try {
      own.save();
    } catch (UncheckedIOException e) {
      failWith(next.batch(), e);
      return;
    }
    if (answeredIds.size() >= ANSWERED_IDS_MAX) {
      answeredIds.remove(answeredIds.iterator().next());
    }
    answeredIds.add(next.batch().signature().id());
    next.batch().answer(200, "replicated");
  }

  private void fail(String reason) {
    if (closing.get() || failure != null) {
      return;
    }
    failure = reason;
    LOG.error("capture {}: receiving -> failed cause={}", settings.name(), reason);
    Sink to = sink;
    if (to != null) {
      to.failed(reason);
    }
  }
}
