package io.understudy.daemon.protocol.sim;

import java.util.SplittableRandom;

/** A monotonic clock of one machine: it began some time, and is a little fast or slow. */
record SimClock(long startMillis, int fastPermille) {
  private static final int ERROR_PERMILLE = 50; // two of them differ by less than 100

  static SimClock drawn(SplittableRandom random) {
    return new SimClock(
        random.nextInt(100_000), random.nextInt(2 * ERROR_PERMILLE + 1) - ERROR_PERMILLE);
  }

  long at(long trueMillis) {
    return startMillis + trueMillis * (1000 + fastPermille) / 1000;
  }

  /** How long it really takes until this clock has counted so much. */
  long lasts(long countedMillis) {
    return countedMillis * 1000 / (1000 + fastPermille);
  }
}
