package io.understudy.daemon.capture;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Gives transactions to a sink on a thread of its own, so that a sink that blocks does not keep the
 * reading thread from answering the server, which would end the stream.
 */
final class Handover implements AutoCloseable {
  private static final int BATCHES_MAX = 1024;
  private static final long CLOSE_MILLIS_MAX = 5_000;

  private record Held(List<Transaction> transactions, long bytes) {}

  private final Capture.Sink sink;
  private final long bytesMax;
  private final BlockingQueue<Held> queue = new LinkedBlockingQueue<>(BATCHES_MAX);
  private final AtomicLong bytes = new AtomicLong();
  private final Thread thread;
  private volatile @Nullable String failure;

  /**
   * @param bytesMax estimated bytes of the transactions that wait, unless they were offered at once
   */
  Handover(String name, Capture.Sink sink, long bytesMax) {
    this.sink = sink;
    this.bytesMax = bytesMax;
    this.thread = Thread.ofPlatform().daemon().name("handover-" + name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /**
   * Takes the next transactions, all of them, or returns false if there is no room; for one thread.
   */
  boolean offer(List<Transaction> transactions) {
    long size = transactions.stream().mapToLong(Transaction::bytes).sum();
    if (bytes.get() > 0 && bytes.get() + size > bytesMax) {
      return false;
    }
    bytes.addAndGet(size);
    if (queue.offer(new Held(List.copyOf(transactions), size))) {
      return true;
    }
    bytes.addAndGet(-size);
    return false;
  }

  /** Why the sink takes nothing any more. */
  Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Interrupts the sink and waits for it, bounded; what waits is dropped. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(CLOSE_MILLIS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Held held = queue.take();
        sink.acceptAll(held.transactions());
        bytes.addAndGet(-held.bytes());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure = "the sink was told to end";
    } catch (RuntimeException e) {
      failure = "the sink failed: " + e;
      throw e;
    }
  }
}
