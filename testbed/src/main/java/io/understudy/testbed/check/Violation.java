package io.understudy.testbed.check;

/**
 * A broken promise.
 *
 * @param kind which promise
 * @param message what happened, to which user and order
 */
public record Violation(Kind kind, String message) {
  /** The promises that can be broken. */
  public enum Kind {
    /** An acknowledged write is missing at the end. */
    LOST_WRITE,
    /** A user does not see an own write that was acknowledged before. */
    STALE_READ,
    /** A read shows what nobody wrote. */
    PHANTOM,
    /** A user changed sides without a reason. */
    FLIPPED_USER
  }

  @Override
  public String toString() {
    return kind + ": " + message;
  }
}
