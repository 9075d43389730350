package io.understudy.risk.feature;

/**
 * Largest value of a sliding window in O(1) amortised: a queue of the values that may still become
 * the largest.
 */
final class Extreme {
  private final long[] positions;
  private final float[] values; // Invariant: falls from head to tail
  private int head;
  private int size;

  Extreme(int length) {
    positions = new long[length];
    values = new float[length];
  }

  /** Takes the value of {@code position} and forgets everything older than the window. */
  void push(long position, float value) {
    if (size > 0 && positions[head] <= position - positions.length) {
      head = (head + 1) % positions.length;
      size--;
    }
    if (Float.isNaN(value)) {
      return;
    }
    while (size > 0 && values[slot(size - 1)] <= value) {
      size--;
    }
    positions[slot(size)] = position;
    values[slot(size)] = value;
    size++;
  }

  /** The largest value, or NaN of an empty window. */
  double get() {
    return size == 0 ? Double.NaN : values[head];
  }

  private int slot(int index) {
    return (head + index) % positions.length;
  }
}
