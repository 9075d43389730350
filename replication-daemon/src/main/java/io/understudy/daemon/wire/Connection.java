package io.understudy.daemon.wire;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One TLS connection with a peer, from its handshake to its end.
 *
 * <p>{@code greeting -> open -> ended}. Owned by the event loop; {@link #offer} and {@link #queued}
 * may be called from anywhere.
 */
final class Connection {
  /** Decides what happens; called on the event loop. */
  interface Owner {
    /** The peer's hello; returns the version to speak. */
    int greeted(Connection connection, Hello hello) throws WireException;

    /** A packet that is neither hello nor goodbye nor heartbeat. */
    void received(Connection connection, ByteBuffer body);

    /** Once, whoever ended it. */
    void ended(Connection connection, String cause);
  }

  /**
   * Who is there.
   *
   * @param dialled the endpoint that was dialled; empty for a connection that was accepted
   * @param certificate what the peer proved itself with
   * @param address for the log
   */
  record Peer(Optional<String> dialled, X509Certificate certificate, String address) {}

  private static final int PIECE_BYTES = 256 << 10;

  private final NetSocket socket;
  private final Context loop;
  private final WireLimits limits;
  private final Owner owner;
  private final Peer peer;
  private final PacketReader reader = new PacketReader(Hello.BYTES_MAX);
  private final Deque<Outgoing> outbox = new ArrayDeque<>();

  /** Bytes accepted and not yet written; the one thing that other threads change. */
  private final AtomicLong queued = new AtomicLong();

  private boolean open;
  private boolean ended;
  private boolean paused;
  // Whether pump will be called without being asked to.
  private boolean pumping;
  private long sequence;
  private int silentTicks;
  private int ticks;
  private @Nullable String failure;

  Connection(NetSocket socket, Context loop, WireLimits limits, Owner owner, Peer peer) {
    this.socket = socket;
    this.loop = loop;
    this.limits = limits;
    this.owner = owner;
    this.peer = peer;
  }

  Peer peer() {
    return peer;
  }

  /** Bytes that wait for the kernel. */
  long queued() {
    return queued.get();
  }

  /** Begins to listen; whoever dialled then speaks first. */
  void start() {
    socket.exceptionHandler(e -> failure = Failure.words(e));
    socket.closeHandler(
        _ -> finish(failure == null ? "the other side closed the connection" : failure));
    socket.setWriteQueueMaxSize(PIECE_BYTES);
    socket.handler(this::read);
  }

  void greet(Hello hello) {
    write(hello.encode());
  }

  /**
   * Queues the body of a packet, on any thread.
   *
   * @return whether there was room
   */
  boolean offer(byte[] body) {
    long cost = (long) body.length + WireLimits.PACKET_OVERHEAD;
    if (queued.addAndGet(cost) > limits.queueBytesMax()) {
      queued.addAndGet(-cost);
      return false;
    }
    loop.runOnContext(_ -> write(body, cost));
    return true;
  }

  /** Reads nothing more until {@link #resume}, because too much is waiting to be taken. */
  void pause() {
    paused = true;
    socket.pause();
  }

  void resume() {
    if (paused && !ended) {
      paused = false;
      socket.resume();
    }
  }

  /** A part of the silence that is allowed has passed. */
  void tick() {
    // Who does not listen cannot complain about silence.
    silentTicks = paused ? 0 : silentTicks + 1;
    if (silentTicks > WireLimits.TICKS_OF_SILENCE) {
      finish("nothing came for " + limits.silence().toMillis() + " ms");
      return;
    }
    ticks++;
    if (!open && ticks > WireLimits.TICKS_OF_SILENCE) {
      end("no hello came for " + limits.silence().toMillis() + " ms");
    } else if (open && ticks % 2 == 0 && outbox.isEmpty()) {
      write(new byte[] {PacketKind.HEARTBEAT}); // otherwise bytes are on their way anyhow
    }
  }

  /** Whether it was open for as long as silence is allowed, so that it was no accident. */
  boolean proven() {
    return open && ticks > WireLimits.TICKS_OF_SILENCE;
  }

  boolean open() {
    return open;
  }

  /** Ends it and tells the peer why, unless that would be in the middle of a packet. */
  void end(String reason) {
    if (!ended) {
      if (outbox.isEmpty() || !outbox.getFirst().begun()) {
        byte[] words = PlainText.of(reason).getBytes(StandardCharsets.US_ASCII);
        byte[] body = new byte[1 + words.length];
        body[0] = PacketKind.GOODBYE;
        System.arraycopy(words, 0, body, 1, words.length);
        socket.write(new Outgoing(body, 0).next(Integer.MAX_VALUE));
      }
      finish(reason);
    }
  }

  private void finish(String cause) {
    if (!ended) {
      ended = true;
      socket.close();
      owner.ended(this, cause);
    }
  }

  private void read(Buffer buffer) {
    silentTicks = 0;
    if (ended) {
      return;
    }
    try {
      reader.read(ByteBuffer.wrap(buffer.getBytes()), this::take);
    } catch (WireException e) {
      end(String.valueOf(e.getMessage()));
    }
  }

  private void take(ByteBuffer body) throws WireException {
    if (ended) {
      return;
    }
    int kind = Byte.toUnsignedInt(body.get(0));
    if (kind == PacketKind.GOODBYE) {
      byte[] words = new byte[Math.min(body.remaining() - 1, PlainText.LENGTH_MAX)];
      body.get(1, words);
      finish("it ended the connection: " + PlainText.of(words));
    } else if (!open) {
      if (kind != PacketKind.HELLO) {
        throw new WireException("a packet of kind " + kind + " came before a hello");
      }
      int version = owner.greeted(this, Hello.decode(body.position(1)));
      if (version != WireVersions.SPOKEN.newest()) {
        throw new IllegalStateException("version " + version + " has no codec");
      }
      open = true;
      reader.allow(limits.messageBytesMax());
    } else if (kind == PacketKind.HELLO) {
      throw new WireException("a second hello came");
    } else if (kind != PacketKind.HEARTBEAT) {
      owner.received(this, body);
    }
  }

  private void write(byte[] body) {
    long cost = (long) body.length + WireLimits.PACKET_OVERHEAD;
    queued.addAndGet(cost);
    write(body, cost);
  }

  private void write(byte[] body, long cost) {
    outbox.add(new Outgoing(body, cost));
    if (!pumping) {
      pump();
    }
  }

  /**
   * Writes a piece and lets others have their turn: otherwise encrypting one large message would
   * hold up every peer, and nothing of it would arrive before all of it is encrypted.
   */
  private void pump() {
    pumping = false;
    if (ended) {
      return;
    }
    if (socket.writeQueueFull()) {
      pumping = true;
      socket.drainHandler(_ -> {
        socket.drainHandler(null);
        loop.runOnContext(_ -> pump());
      });
      return;
    }
    int room = PIECE_BYTES;
    while (room > 0 && !outbox.isEmpty()) {
      Outgoing first = outbox.getFirst();
      Buffer piece = first.next(room);
      room -= piece.length();
      Future<Void> written = socket.write(piece);
      if (first.done()) {
        outbox.removeFirst();
        written.onComplete(_ -> queued.addAndGet(-first.cost));
      }
    }
    if (!outbox.isEmpty()) {
      pumping = true;
      loop.runOnContext(_ -> pump());
    }
  }

  /** A packet on its way; it gets its sequence when it begins. */
  private final class Outgoing {
    final long cost;
    private final byte[] body;
    private int written = -1; // of the body; -1 before its head

    Outgoing(byte[] body, long cost) {
      this.body = body;
      this.cost = cost;
    }

    boolean begun() {
      return written >= 0;
    }

    boolean done() {
      return written == body.length;
    }

    Buffer next(int room) {
      Buffer piece = Buffer.buffer();
      if (!begun()) {
        sequence++;
        piece.appendInt(8 + body.length).appendLong(sequence);
        written = 0;
      }
      int length = Math.min(room, body.length - written);
      piece.appendBytes(body, written, length);
      written += length;
      return piece;
    }
  }
}
