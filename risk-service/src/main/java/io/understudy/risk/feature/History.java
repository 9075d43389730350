package io.understudy.risk.feature;

import java.util.Arrays;

/**
 * Median and spread of an endpoint's own past: every fourth sample, the last 64 of them.
 *
 * <p>Median and MAD (Hampel 1974) ignore the outliers that a mean would follow; thinning covers
 * four times the time for the same memory and keeps an incident's first minute a small part of it.
 */
final class History {
  static final int SLOTS = 64;
  static final int STRIDE = 4;
  static final int ENOUGH = 8;
  static final double LARGEST_Z = 20;

  private static final double MAD_TO_SIGMA = 1.4826;
  private static final double RELATIVE_FLOOR = 0.05;

  private final double noiseFloor;
  private final float[] ring = new float[SLOTS];
  private final float[] sorted = new float[SLOTS]; // Invariant: ring[0..size) in order
  private final float[] deviations = new float[SLOTS];
  private int size;
  private int next;
  private int sinceKept;
  private double median = Double.NaN;
  private double spread = Double.NaN;

  History(double noiseFloor) {
    this.noiseFloor = noiseFloor;
  }

  /** Robust z of a value against what was there before it, within +-20; NaN without a history. */
  double z(double value) {
    if (size < ENOUGH) {
      return Double.NaN;
    }
    return Math.clamp((value - median) / spread, -LARGEST_Z, LARGEST_Z);
  }

  void push(double value) {
    if (Double.isNaN(value) || sinceKept++ % STRIDE != 0) {
      return;
    }
    if (size == SLOTS) {
      remove(ring[next]);
    }
    ring[next] = (float) value;
    next = (next + 1) % SLOTS;
    insert((float) value);
    measure();
  }

  private void insert(float value) {
    int found = Arrays.binarySearch(sorted, 0, size, value);
    int at = found < 0 ? -found - 1 : found;
    System.arraycopy(sorted, at, sorted, at + 1, size - at);
    sorted[at] = value;
    size++;
  }

  private void remove(float value) {
    int at = Arrays.binarySearch(sorted, 0, size, value);
    System.arraycopy(sorted, at + 1, sorted, at, size - at - 1);
    size--;
  }

  private void measure() {
    median = middle(sorted);
    for (int i = 0; i < size; i++) {
      deviations[i] = (float) Math.abs(sorted[i] - median);
    }
    Arrays.sort(deviations, 0, size);
    double floor = Math.max(noiseFloor, RELATIVE_FLOOR * Math.abs(median));
    spread = Math.max(MAD_TO_SIGMA * middle(deviations), floor);
  }

  private double middle(float[] ordered) {
    return (ordered[(size - 1) / 2] + (double) ordered[size / 2]) / 2;
  }
}
