package io.understudy.daemon.wire;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands over what happens with one peer, in order, where the inbox wants it: reading contents and
 * their digests, and whatever the inbox does, never holds up the event loop.
 *
 * <p>Bounded by not reading from the socket: after {@code inboxBytesMax} the connection pauses, and
 * at half of that it goes on.
 */
final class Mailbox {
  /** What to do on the event loop, for whoever delivers. */
  interface Valve {
    /** There is room again: whatever connection the peer has now may go on. */
    void resume();

    /** What came on this connection cannot be read. */
    void refuse(Connection connection, String reason);
  }

  private static final Logger log = LoggerFactory.getLogger(Mailbox.class);
  private static final Duration END_MAX = Duration.ofSeconds(10);

  private final String peer;
  private final Peers.Inbox inbox;
  private final WireLimits limits;
  private final WireCodec codec;
  private final Valve valve;
  private final AtomicLong pending = new AtomicLong();
  private final AtomicBoolean full = new AtomicBoolean();
  // Held while something is delivered; never taken on the event loop.
  private final ReentrantLock delivering = new ReentrantLock();
  private @Nullable Connection refused;
  private volatile boolean closed;

  Mailbox(String peer, Peers.Inbox inbox, WireLimits limits, Valve valve) {
    this.peer = peer;
    this.inbox = inbox;
    this.limits = limits;
    this.codec = new WireCodec(limits.messageBytesMax());
    this.valve = valve;
  }

  void connected() {
    hand(() -> inbox.connected(peer));
  }

  void disconnected() {
    hand(() -> inbox.disconnected(peer));
  }

  /** On the event loop. */
  void received(Connection connection, ByteBuffer body) {
    long cost = (long) body.capacity() + WireLimits.PACKET_OVERHEAD;
    // Paused before it is handed over: the resume must come after.
    if (pending.addAndGet(cost) >= limits.inboxBytesMax()) {
      full.set(true);
      connection.pause();
    }
    hand(() -> {
      read(connection, body);
      if (pending.addAndGet(-cost) <= limits.inboxBytesMax() / 2
          && full.compareAndSet(true, false)) {
        valve.resume();
      }
    });
  }

  long pending() {
    return pending.get();
  }

  /** Nothing is handed over once this has returned, unless the inbox itself called it. */
  void close() throws InterruptedException {
    closed = true;
    if (delivering.tryLock(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
      delivering.unlock();
    } else {
      log.warn("the inbox for {} is still busy after {} s", peer, END_MAX.toSeconds());
    }
  }

  private void hand(Runnable delivery) {
    if (!closed) {
      inbox.execute(() -> deliver(delivery));
    }
  }

  private void deliver(Runnable delivery) {
    delivering.lock();
    try {
      if (!closed) {
        delivery.run();
      }
    } catch (RuntimeException | Error e) {
      closed = true; // A defect of the inbox: who knows what it would do with the next.
      throw e;
    } finally {
      delivering.unlock();
    }
  }

  private void read(Connection connection, ByteBuffer body) {
    if (connection == refused) {
      return;
    }
    Parcel parcel;
    try {
      parcel = codec.decode(body);
    } catch (WireException e) {
      refused = connection;
      valve.refuse(connection, String.valueOf(e.getMessage()));
      return;
    }
    inbox.received(peer, parcel);
  }
}
