package io.understudy.daemon.snapshot;

import java.nio.ByteBuffer;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tuples of a binary COPY (PostgreSQL manual, "COPY", "Binary Format"). The server may
 * cut the stream anywhere.
 */
final class BinaryTuples {
  private static final int SIGNATURE_BYTES = 11;

  /** Where the stream comes from. */
  @FunctionalInterface
  interface Source {
    /** The next piece; null at the end. */
    byte @Nullable [] next() throws SQLException;
  }

  private final Source source;
  private ByteBuffer piece = ByteBuffer.allocate(0);
  private boolean begun;
  private boolean ended;

  BinaryTuples(Source source) {
    this.source = source;
  }

  /** Goes to the next tuple; false at the end. Read all fields of a tuple before the next one. */
  boolean next() throws SQLException {
    if (!begun) {
      take(SIGNATURE_BYTES);
      take(Integer.BYTES); // Flags.
      take(take(Integer.BYTES).getInt()); // The header's extension.
      begun = true;
    }
    if (!ended && take(Short.BYTES).getShort() < 0) {
      ended = true;
      while (source.next() != null) {
        // The server's last word has to be read.
      }
    }
    return !ended;
  }

  /** The next field's bytes. Null does not occur in the queries of this package. */
  byte[] bytes() throws SQLException {
    ByteBuffer field = take(take(Integer.BYTES).getInt());
    byte[] bytes = new byte[field.remaining()];
    field.get(bytes);
    return bytes;
  }

  int integer() throws SQLException {
    return take(take(Integer.BYTES).getInt()).getInt();
  }

  private ByteBuffer take(int length) throws SQLException {
    while (piece.remaining() < length) {
      byte[] more = source.next();
      if (more == null) {
        throw new SQLException("the COPY ended in the middle of a tuple", "08P01");
      }
      ByteBuffer joined = ByteBuffer.allocate(piece.remaining() + more.length);
      piece = joined.put(piece).put(more).flip();
    }
    ByteBuffer taken = piece.slice(piece.position(), length);
    piece.position(piece.position() + length);
    return taken;
  }
}
