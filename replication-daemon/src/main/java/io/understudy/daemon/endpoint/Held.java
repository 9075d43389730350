package io.understudy.daemon.endpoint;

import io.understudy.daemon.journal.ContentHash;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;

/**
 * A frame with what it stands for, and its place in a journal.
 *
 * @param before the journal's tip before it
 * @param content the encoded transaction
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by its frame, which has the digest.
record Held(Tip before, Frame frame, byte[] content) {
  /** A frame for this content. */
  static Frame frame(Position position, byte[] content) {
    return new Frame(position, ContentHash.digest(content));
  }

  Position position() {
    return frame.position();
  }

  /** The journal's tip after it. */
  Tip after() {
    return before.then(frame);
  }
}
