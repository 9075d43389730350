package io.understudy.daemon.apply;

/** A change that does not fit the shadow, so that no retry can help; names no row values. */
public final class DivergenceException extends Exception {
  public DivergenceException(String message) {
    super(message);
  }

  public DivergenceException(String message, Throwable cause) {
    super(message, cause);
  }
}
