package io.understudy.daemon.snapshot;

/** The old copy differs so much that a full copy is the better way. */
final class TooDifferentException extends Exception {
  private static final long serialVersionUID = 1;

  TooDifferentException(String message) {
    super(message);
  }
}
