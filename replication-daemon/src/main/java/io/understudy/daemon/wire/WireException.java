package io.understudy.daemon.wire;

/** A peer sent what the format does not allow; the message says what, and never any content. */
public final class WireException extends Exception {
  private static final long serialVersionUID = 1L;

  WireException(String message) {
    super(message);
  }

  WireException(String message, Throwable cause) {
    super(message, cause);
  }
}
