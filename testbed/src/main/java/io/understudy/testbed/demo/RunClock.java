package io.understudy.testbed.demo;

import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/** Brings wall clock readings of other processes onto our monotonic clock. */
final class RunClock {
  private final LongSupplier nanos;
  private final long originNanos;
  private final long originMillis;

  RunClock(LongSupplier nanos, InstantSource wall) {
    this.nanos = nanos;
    this.originNanos = nanos.getAsLong();
    this.originMillis = wall.millis();
  }

  long nanos() {
    return nanos.getAsLong();
  }

  long originNanos() {
    return originNanos;
  }

  long nanosAt(long wallMillis) {
    return originNanos + Duration.ofMillis(wallMillis - originMillis).toNanos();
  }

  /** Seconds since the run began. */
  double secondsAt(long atNanos) {
    return (atNanos - originNanos) / 1e9;
  }
}
