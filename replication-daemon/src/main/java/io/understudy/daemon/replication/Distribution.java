package io.understudy.daemon.replication;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.DoubleAdder;

/** How many values fell between which bounds, since it was made. Any thread may record. */
public final class Distribution {
  private final double[] bounds;
  // Invariant: one more than bounds; the last counts what is above all of them.
  private final AtomicLongArray counts;
  private final DoubleAdder sum = new DoubleAdder();

  /**
   * What was recorded.
   *
   * @param bounds upper bounds, growing; a value that equals one is below it
   * @param counts values up to each bound and above the one before, and last those above all
   * @param sum of all values
   */
  public record Snapshot(List<Double> bounds, List<Long> counts, double sum) {
    public Snapshot {
      bounds = List.copyOf(bounds);
      counts = List.copyOf(counts);
      if (counts.size() != bounds.size() + 1) {
        throw new IllegalArgumentException(
            counts.size() + " counts do not fit " + bounds.size() + " bounds");
      }
    }
  }

  /** Bounds that double from {@code first} on. */
  static Distribution doubling(double first, int bounds) {
    double[] all = new double[bounds];
    for (int i = 0; i < bounds; i++) {
      all[i] = first * (1L << i);
    }
    return new Distribution(all);
  }

  private Distribution(double[] bounds) {
    this.bounds = bounds;
    this.counts = new AtomicLongArray(bounds.length + 1);
  }

  void record(double value) {
    int found = Arrays.binarySearch(bounds, value);
    counts.incrementAndGet(found >= 0 ? found : -found - 1);
    sum.add(value);
  }

  Snapshot snapshot() {
    List<Long> taken = new ArrayList<>();
    for (int i = 0; i < counts.length(); i++) {
      taken.add(counts.get(i));
    }
    return new Snapshot(Arrays.stream(bounds).boxed().toList(), taken, sum.sum());
  }
}
