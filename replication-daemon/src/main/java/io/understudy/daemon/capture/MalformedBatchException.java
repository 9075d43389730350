package io.understudy.daemon.capture;

/** A posted batch that is not what the receiver reads; says where and why, never with a value. */
final class MalformedBatchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedBatchException(String reason) {
    super(reason);
  }
}
