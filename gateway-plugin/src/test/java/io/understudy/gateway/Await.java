package io.understudy.gateway;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, never for a time. */
public final class Await {
  private Await() {}

  /** Returns after how long the condition held; fails if it does not within the bound. */
  public static Duration until(String what, Duration bound, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - start > bound.toNanos()) {
        throw new AssertionError(what + " did not happen within " + bound);
      }
      LockSupport.parkNanos(1_000_000);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }
}
