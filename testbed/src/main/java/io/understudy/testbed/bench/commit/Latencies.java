package io.understudy.testbed.bench.commit;

import java.util.Arrays;

/**
 * What some clients saw for a while.
 *
 * @param sortedNanos time of each commit, ascending, nanoseconds
 * @param seconds how long they worked
 */
@SuppressWarnings("ArrayRecordComponent") // Nobody compares it.
record Latencies(long[] sortedNanos, double seconds) {
  static Latencies of(long[] nanos, double seconds) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Latencies(sorted, seconds);
  }

  double perSecond() {
    return sortedNanos.length / seconds;
  }

  /**
   * Microseconds that a part of the commits did not exceed.
   *
   * @param part from 0 to 1
   */
  double micros(double part) {
    int index = (int) Math.min(sortedNanos.length - 1L, Math.round(sortedNanos.length * part));
    return sortedNanos[index] / 1e3;
  }
}
