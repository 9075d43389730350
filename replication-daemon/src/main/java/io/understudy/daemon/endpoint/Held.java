package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A frame with what it stands for, and its place in a journal.
 *
 * @param before the journal's tip before it
 * @param content the encoded transaction
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by its frame, which has the digest.
record Held(Tip before, Frame frame, byte[] content) {
  /** A frame for this content: the one hash function of all journals (SHA-256, first 64 bits). */
  static Frame frame(Position position, byte[] content) {
    return new Frame(position, digest(content));
  }

  static long digest(byte[] content) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
      return ByteBuffer.wrap(hash).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  Position position() {
    return frame.position();
  }

  /** The journal's tip after it. */
  Tip after() {
    return before.then(frame);
  }
}
