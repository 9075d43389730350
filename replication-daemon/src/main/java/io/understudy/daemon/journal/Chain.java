package io.understudy.daemon.journal;

import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Locale;

/**
 * Hash over all committed transactions up to a position: two journals with the same chain at the
 * same position hold the same history.
 *
 * <p>{@code chain(n) = first 128 bits of SHA-256(chain(n-1), epoch, LSN, SHA-256(content))},
 * numbers big-endian. The content is hashed first and alone, so that a large transaction can be
 * hashed while it is open, before its predecessor in commit order is known, and so that the chain
 * does not depend on how it was cut into chunks. 128 bits are plenty against accidents; the chain
 * is no signature.
 */
public record Chain(long high, long low) {
  /** Before the first transaction. */
  public static final Chain START = new Chain(0, 0);

  static final int BYTES = 16;

  Chain after(Position position, byte[] contentDigest) {
    ByteBuffer link = ByteBuffer.allocate(BYTES + 16 + contentDigest.length);
    write(link);
    link.putLong(position.epoch()).putLong(position.lsn().value()).put(contentDigest).flip();
    MessageDigest hash = ContentHash.start();
    hash.update(link);
    return read(ByteBuffer.wrap(hash.digest()));
  }

  void write(ByteBuffer into) {
    into.putLong(high).putLong(low);
  }

  static Chain read(ByteBuffer from) {
    return new Chain(from.getLong(), from.getLong());
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%016x%016x", high, low);
  }
}
