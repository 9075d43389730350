package io.understudy.daemon.wire;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a stream of bytes into packets: length (4 bytes, of the rest), sequence (8), body.
 *
 * <p>The sequence counts from 1 on each connection, so that a packet that comes twice, or not at
 * all, is noticed. Memory grows with what has come, not with what a length promises.
 */
final class PacketReader {
  /** Takes the body of each packet. */
  interface Taker {
    void take(ByteBuffer body) throws WireException;
  }

  static final int HEAD_BYTES = 4 + 8;

  private static final int FIRST_BYTES = 16 << 10;

  private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
  private int bodyBytesMax;
  private long sequence;
  private int bodyBytes;
  private @Nullable ByteBuffer body;

  PacketReader(int bodyBytesMax) {
    this.bodyBytesMax = bodyBytesMax;
  }

  /** From the next packet on. */
  void allow(int bytesMax) {
    bodyBytesMax = bytesMax;
  }

  /**
   * Takes the next bytes of the stream.
   *
   * @throws WireException if they cannot belong to one; nothing may be taken afterwards
   */
  void read(ByteBuffer bytes, Taker taker) throws WireException {
    while (bytes.hasRemaining()) {
      ByteBuffer current = body;
      if (current == null) {
        move(bytes, head);
        if (!head.hasRemaining()) {
          body = begin();
        }
        continue;
      }
      if (!current.hasRemaining()) {
        current = grown(current);
        body = current;
      }
      move(bytes, current);
      if (current.position() == bodyBytes) {
        body = null;
        head.clear();
        taker.take(current.flip());
      }
    }
  }

  private ByteBuffer begin() throws WireException {
    long length = Integer.toUnsignedLong(head.getInt(0)) - 8;
    if (length < 1 || length > bodyBytesMax) {
      throw new WireException(
          "a packet of " + length + " bytes where 1.." + bodyBytesMax + " are allowed");
    }
    sequence++;
    if (head.getLong(4) != sequence) {
      throw new WireException(
          "packet " + head.getLong(4) + " where " + sequence + " is due: repeated or lost");
    }
    bodyBytes = (int) length;
    return ByteBuffer.allocate(Math.min(bodyBytes, FIRST_BYTES));
  }

  private ByteBuffer grown(ByteBuffer full) {
    int size = (int) Math.min(bodyBytes, 2L * full.capacity());
    return ByteBuffer.allocate(size).put(full.flip());
  }

  private static void move(ByteBuffer from, ByteBuffer to) {
    int length = Math.min(from.remaining(), to.remaining());
    to.put(to.position(), from, from.position(), length);
    to.position(to.position() + length);
    from.position(from.position() + length);
  }
}
