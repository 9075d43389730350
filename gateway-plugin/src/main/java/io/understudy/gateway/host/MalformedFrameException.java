package io.understudy.gateway.host;

/** A frame whose content is not what its type promises. */
final class MalformedFrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedFrameException(String message) {
    // Peers can cause these at will, so they carry no stack trace.
    super(message, null, false, false);
  }
}
