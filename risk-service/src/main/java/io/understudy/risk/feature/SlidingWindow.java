package io.understudy.risk.feature;

import java.util.Arrays;

/**
 * Moments, extremes and trend of the last {@code length} samples in O(1) amortised per sample.
 *
 * <p>Running sums lose digits to rounding and their time axis grows without bound; both are cured
 * by adding everything up anew each time the ring has gone round. A missing sample takes its place
 * in time but adds nothing.
 */
final class SlidingWindow {
  /** Trends of fewer samples are not worth their name. */
  static final int TREND_MIN = 4;

  // Below a thousandth of the limit a residual is rounding, not noise.
  private static final double RESIDUAL_FLOOR = 1e-3;

  private final float[] ring;
  private final Extreme largest;
  private final Extreme smallest;
  private long position;
  private long origin; // time 0 of the sums; Invariant: position - origin <= ring.length
  private int present;
  private double sum;
  private double sumSquares;
  private double sumTimes;
  private double sumTimesSquares;
  private double sumProducts;

  SlidingWindow(int length) {
    ring = new float[length];
    Arrays.fill(ring, Float.NaN);
    largest = new Extreme(length);
    smallest = new Extreme(length);
  }

  void push(double value) {
    float next = (float) value;
    int slot = (int) (position % ring.length);
    add(ring[slot], position - ring.length - origin, -1);
    ring[slot] = next;
    largest.push(position, next);
    smallest.push(position, -next);
    add(next, position - origin, 1);
    position++;
    if (position - origin >= ring.length) {
      addUpAnew();
    }
  }

  /** The newest value; NaN if it is missing. */
  double newest() {
    return position == 0 ? Double.NaN : ring[(int) ((position - 1) % ring.length)];
  }

  double mean() {
    return present == 0 ? Double.NaN : sum / present;
  }

  double deviation() {
    return present < 2
        ? Double.NaN
        : Math.sqrt(Math.max(0, sumSquares / present - mean() * mean()));
  }

  double min() {
    return -smallest.get();
  }

  double max() {
    return largest.get();
  }

  /** Least-squares change per sample. */
  double slope() {
    return present < TREND_MIN ? Double.NaN : covariation() / timeVariation();
  }

  /** Standard error of the slope. */
  double slopeError() {
    if (present < TREND_MIN) {
      return Double.NaN;
    }
    double valueVariation = Math.max(0, sumSquares - sum * sum / present);
    double residual = valueVariation - covariation() * covariation() / timeVariation();
    double variance = Math.max(residual, 0) / (present - 2);
    return Math.sqrt((variance + RESIDUAL_FLOOR * RESIDUAL_FLOOR) / timeVariation());
  }

  /** Value of the trend line at the newest sample. */
  double fitted() {
    double now = position - 1 - origin;
    return mean() + slope() * (now - sumTimes / present);
  }

  private double covariation() {
    return sumProducts - sumTimes * sum / present;
  }

  private double timeVariation() {
    return sumTimesSquares - sumTimes * sumTimes / present;
  }

  private void add(float value, long time, int sign) {
    if (Float.isNaN(value)) {
      return;
    }
    present += sign;
    sum += sign * (double) value;
    sumSquares += sign * (double) value * value;
    sumTimes += sign * (double) time;
    sumTimesSquares += sign * (double) time * time;
    sumProducts += sign * (double) time * value;
  }

  private void addUpAnew() {
    origin = position;
    present = 0;
    sum = 0;
    sumSquares = 0;
    sumTimes = 0;
    sumTimesSquares = 0;
    sumProducts = 0;
    for (int age = ring.length; age >= 1; age--) {
      add(ring[(int) ((position - age) % ring.length)], -age, 1);
    }
  }
}
