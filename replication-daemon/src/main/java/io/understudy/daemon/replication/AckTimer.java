package io.understudy.daemon.replication;

import io.understudy.model.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Measures how long transactions take from capture to replication, by samples. One thread tells of
 * captures, another of the watermark.
 */
public final class AckTimer {
  private static final int UNDER_WAY_MAX = 1_024;
  // 0.25 ms to 16 s.
  private static final double FIRST_BOUND_SECONDS = 0.00025;
  private static final int BOUNDS = 17;

  /** A transaction that is not replicated yet. */
  private record Sample(Position position, Instant capturedAt) {}

  private final InstantSource clock;
  private final BlockingQueue<Sample> underWay = new ArrayBlockingQueue<>(UNDER_WAY_MAX);
  private final Distribution seconds = Distribution.doubling(FIRST_BOUND_SECONDS, BOUNDS);
  private long sampledAtMillis = Long.MIN_VALUE;

  public AckTimer(InstantSource clock) {
    this.clock = clock;
  }

  /** For the capturing thread. With too many under way the newest are not measured. */
  public void captured(Position position) {
    long now = clock.millis();
    if (now != sampledAtMillis && underWay.offer(new Sample(position, clock.instant()))) {
      sampledAtMillis = now;
    }
  }

  /** For the watermark's thread. */
  public void replicated(Position watermark) {
    Instant now = clock.instant();
    for (Sample first = underWay.peek();
        first != null && first.position().compareTo(watermark) <= 0;
        first = underWay.peek()) {
      underWay.remove();
      Duration taken = Duration.between(first.capturedAt(), now);
      seconds.record(Math.max(0, taken.toNanos()) / 1e9);
    }
  }

  /** What was measured so far, seconds. Any thread. */
  public Distribution.Snapshot seconds() {
    return seconds.snapshot();
  }
}
