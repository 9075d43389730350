package io.understudy.daemon.postgres;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** Waits for a condition of the outside world. */
public final class Await {
  private Await() {}

  /** Waits until {@code condition} holds; fails with {@code what} after {@code bound}. */
  public static void until(String what, Duration bound, Callable<Boolean> condition)
      throws Exception {
    long deadline = System.nanoTime() + bound.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within " + bound + ": " + what);
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }
}
