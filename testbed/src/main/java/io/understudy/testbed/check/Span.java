package io.understudy.testbed.check;

/**
 * A stretch of monotonic time.
 *
 * @param startNanos first instant
 * @param endNanos last instant, not before the first
 */
public record Span(long startNanos, long endNanos) {
  public Span {
    if (endNanos < startNanos) {
      throw new IllegalArgumentException("span ends " + (startNanos - endNanos) + " ns too early");
    }
  }

  public boolean overlaps(Span other) {
    return startNanos <= other.endNanos && other.startNanos <= endNanos;
  }

  public boolean holds(long instantNanos) {
    return startNanos <= instantNanos && instantNanos <= endNanos;
  }
}
