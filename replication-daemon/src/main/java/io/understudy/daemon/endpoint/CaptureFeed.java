package io.understudy.daemon.endpoint;

import io.understudy.daemon.capture.Capture;
import io.understudy.daemon.capture.PgoutputCapture;
import io.understudy.daemon.capture.Transaction;
import io.understudy.daemon.capture.TransactionCodec;
import io.understudy.daemon.capture.WakeableSocketFactory;
import io.understudy.daemon.protocol.Frame;
import io.understudy.model.Lsn;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Brings a primary's commits to the loop as frames, on the capture's reading thread, which waits
 * while too much of it is not durable yet.
 */
final class CaptureFeed implements Capture.Sink {
  /** Hears of the stream; not on the loop. */
  interface Listener {
    void captured(CaptureFeed from, Captured captured) throws InterruptedException;

    void ended(CaptureFeed from, String reason);
  }

  /** A commit as a frame, with what it stands for. */
  @SuppressWarnings("ArrayRecordComponent") // Nobody compares it.
  record Captured(Frame frame, byte[] content) {}

  private static final long UNSYNCED_BYTES_MAX = 64L << 20;
  private static final long PAUSE_NANOS = 200_000;

  private final PgoutputCapture capture;
  private final WakeableSocketFactory.Wakeup connections;
  private final Listener listener;
  private final AtomicLong unsynced = new AtomicLong();
  private volatile boolean closed;

  CaptureFeed(
      PgoutputCapture capture, WakeableSocketFactory.Wakeup connections, Listener listener) {
    this.capture = capture;
    this.connections = connections;
    this.listener = listener;
  }

  void start() {
    capture.start(this);
  }

  @Override
  public void accept(Transaction transaction) throws InterruptedException {
    byte[] content = TransactionCodec.encode(transaction);
    while (unsynced.get() > UNSYNCED_BYTES_MAX && !closed) {
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    unsynced.addAndGet(content.length);
    listener.captured(this, new Captured(Held.frame(transaction.position(), content), content));
  }

  /** So much of what was captured is on the disk, or was known before. */
  void synced(long bytes) {
    unsynced.addAndGet(-bytes);
  }

  @Override
  public void failed(String reason) {
    listener.ended(this, reason);
  }

  /** COMMIT returns for everything up to here. */
  void confirm(Lsn position) {
    capture.confirm(position);
  }

  /** Everything up to here was captured and confirmed. */
  Lsn told() {
    return capture.told();
  }

  /** Ends the stream and waits for it. The slot stays. */
  void close() {
    closed = true;
    capture.close();
    connections.close();
  }
}
