package io.understudy.daemon.capture;

import java.nio.ByteBuffer;

/**
 * A message inside a stream: the plain message, and the (sub)transaction it belongs to.
 *
 * @param xid the subtransaction, or the transaction itself
 * @param plain without the transaction id, as {@link PgoutputDecoder} reads it
 */
record StreamedMessage(int xid, ByteBuffer plain) {
  private static final int XID_BYTES = Integer.BYTES;

  /**
   * Takes the id out, in place: the type moves behind it.
   *
   * @throws PgoutputException if the message is too short
   */
  static StreamedMessage of(ByteBuffer message) {
    int start = message.position();
    char type = message.hasRemaining() ? (char) (message.get(start) & 0xff) : '?';
    if (message.remaining() < 1 + XID_BYTES) {
      throw new PgoutputException(type, message.remaining(), "it is cut off");
    }
    int xid = message.getInt(start + 1);
    ByteBuffer plain = message.slice(start + XID_BYTES, message.remaining() - XID_BYTES);
    plain.put(0, (byte) type);
    return new StreamedMessage(xid, plain);
  }
}
