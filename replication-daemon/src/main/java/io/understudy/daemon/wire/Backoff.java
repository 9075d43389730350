package io.understudy.daemon.wire;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before dialling again: a random time between 50 ms and a limit that doubles with
 * each failure, from 100 ms to 2 s. Random, so that daemons that lost each other at the same moment
 * do not meet again and again.
 */
final class Backoff {
  static final Duration SHORTEST = Duration.ofMillis(50);
  static final Duration LONGEST = Duration.ofSeconds(2);

  private final RandomGenerator random;
  private long limitMillis = 2 * SHORTEST.toMillis();

  Backoff(RandomGenerator random) {
    this.random = random;
  }

  Duration next() {
    long millis = random.nextLong(SHORTEST.toMillis(), limitMillis + 1);
    limitMillis = Math.min(LONGEST.toMillis(), 2 * limitMillis);
    return Duration.ofMillis(millis);
  }

  /** The last connection was a good one. */
  void reset() {
    limitMillis = 2 * SHORTEST.toMillis();
  }
}
