package io.understudy.testbed.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/**
 * Waiting with a bound: whoever waits says for what, and a wait in vain says where to look.
 *
 * @param nanos monotonic clock, nanoseconds
 * @param logs folder named in the message of a wait in vain
 */
public record Patience(LongSupplier nanos, Path logs) {
  private static final long POLL_NANOS = Duration.ofMillis(10).toNanos();

  /**
   * Returns once {@code condition} holds.
   *
   * @throws WaitedInVainException after {@code bound}
   */
  public void await(String what, Duration bound, BooleanSupplier condition) {
    long start = nanos.getAsLong();
    while (!condition.getAsBoolean()) {
      if (nanos.getAsLong() - start > bound.toNanos()) {
        throw new WaitedInVainException(
            "waited " + bound.toSeconds() + " s in vain for " + what + "; logs are in " + logs);
      }
      if (Thread.currentThread().isInterrupted()) {
        throw new WaitedInVainException("interrupted while waiting for " + what);
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
