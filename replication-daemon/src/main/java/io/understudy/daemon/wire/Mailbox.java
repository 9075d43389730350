package io.understudy.daemon.wire;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands over what happens with one peer, in order, on a thread of its own: reading contents and
 * their digests, and whatever the inbox does, never holds up the event loop.
 *
 * <p>Bounded by not reading from the socket: after {@code inboxBytesMax} the connection pauses, and
 * at half of that it goes on.
 */
final class Mailbox {
  /** What to do on the event loop, for the mailbox's thread. */
  interface Valve {
    /** There is room again: whatever connection the peer has now may go on. */
    void resume();

    /** What came on this connection cannot be read. */
    void refuse(Connection connection, String reason);
  }

  private sealed interface Letter {
    record Connected() implements Letter {}

    record Packet(Connection connection, ByteBuffer body) implements Letter {
      long cost() {
        return (long) body.capacity() + WireLimits.PACKET_OVERHEAD;
      }
    }

    record Disconnected() implements Letter {}

    record End() implements Letter {}
  }

  private static final Logger log = LoggerFactory.getLogger(Mailbox.class);
  private static final Duration END_MAX = Duration.ofSeconds(10);

  private final String peer;
  private final Peers.Inbox inbox;
  private final WireLimits limits;
  private final WireCodec codec;
  private final Valve valve;
  private final Consumer<Throwable> broken;
  // Bounded in bytes, see above; the other letters are few, one pair for each connection.
  private final BlockingQueue<Letter> letters = new LinkedBlockingQueue<>();
  private final AtomicLong pending = new AtomicLong();
  private final AtomicBoolean full = new AtomicBoolean();
  private final Thread thread;
  private @Nullable Connection refused;
  private volatile boolean closed;

  Mailbox(
      String peer, Peers.Inbox inbox, WireLimits limits, Valve valve, Consumer<Throwable> broken) {
    this.peer = peer;
    this.inbox = inbox;
    this.limits = limits;
    this.codec = new WireCodec(limits.messageBytesMax());
    this.valve = valve;
    this.broken = broken;
    this.thread = Thread.ofVirtual().name("inbox-" + peer).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  void connected() {
    letters.add(new Letter.Connected());
  }

  void disconnected() {
    letters.add(new Letter.Disconnected());
  }

  /** On the event loop. */
  void received(Connection connection, ByteBuffer body) {
    Letter.Packet packet = new Letter.Packet(connection, body);
    // Paused before it is added: the thread's resume must come after.
    if (pending.addAndGet(packet.cost()) >= limits.inboxBytesMax()) {
      full.set(true);
      connection.pause();
    }
    letters.add(packet);
  }

  long pending() {
    return pending.get();
  }

  /** Nothing is handed over once this has returned, unless the inbox itself called it. */
  void close() throws InterruptedException {
    closed = true;
    letters.clear();
    letters.add(new Letter.End());
    if (!Thread.currentThread().equals(thread) && thread.isAlive() && !thread.join(END_MAX)) {
      log.warn("the inbox for {} is still busy after {} s", peer, END_MAX.toSeconds());
    }
  }

  private void run() {
    try {
      for (Letter letter = letters.take(); !closed; letter = letters.take()) {
        deliver(letter);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // A defect: whoever owns this daemon decides; nothing more is handed over.
      broken.accept(e);
    }
  }

  private void deliver(Letter letter) {
    switch (letter) {
      case Letter.Connected _ -> inbox.connected(peer);
      case Letter.Disconnected _ -> inbox.disconnected(peer);
      case Letter.Packet packet -> {
        read(packet);
        if (pending.addAndGet(-packet.cost()) <= limits.inboxBytesMax() / 2
            && full.compareAndSet(true, false)) {
          valve.resume();
        }
      }
      case Letter.End _ -> {}
    }
  }

  private void read(Letter.Packet packet) {
    if (packet.connection() == refused) {
      return;
    }
    Parcel parcel;
    try {
      parcel = codec.decode(packet.body());
    } catch (WireException e) {
      refused = packet.connection();
      valve.refuse(packet.connection(), String.valueOf(e.getMessage()));
      return;
    }
    inbox.received(peer, parcel);
  }
}
