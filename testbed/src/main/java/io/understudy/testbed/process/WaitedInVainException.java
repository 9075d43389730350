package io.understudy.testbed.process;

/** What was awaited did not come within its bound; the message names it and the logs. */
public final class WaitedInVainException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public WaitedInVainException(String message) {
    super(message);
  }
}
