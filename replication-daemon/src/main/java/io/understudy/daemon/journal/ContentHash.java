package io.understudy.daemon.journal;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The one hash of a transaction's content: SHA-256 of its encoded bytes. The {@link Chain} takes
 * all of it; the digest of a {@link io.understudy.daemon.protocol.Frame} is its first 64 bits,
 * big-endian, so that whoever has one of them has both with the same pass over the bytes.
 */
public final class ContentHash {
  private ContentHash() {}

  /** The digest of a frame with this content. */
  public static long digest(byte[] content) {
    return ByteBuffer.wrap(start().digest(content)).getLong();
  }

  /** A hash that takes content in pieces. */
  static MessageDigest start() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
