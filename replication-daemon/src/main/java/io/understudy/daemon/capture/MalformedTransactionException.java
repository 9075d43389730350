package io.understudy.daemon.capture;

import io.understudy.model.Position;

/**
 * Bytes that are no transaction of a version that this program reads; says where, and nothing of
 * their content.
 */
public final class MalformedTransactionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedTransactionException(Position position, int offset, String what) {
    super(
        "the transaction at "
            + position
            + " cannot be read at byte "
            + offset
            + ": "
            + what
            + "; whoever wrote it is another version or damaged it, so fetch it again from the"
            + " source");
  }
}
