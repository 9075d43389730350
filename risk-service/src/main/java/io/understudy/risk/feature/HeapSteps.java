package io.understudy.risk.feature;

import java.util.List;

/**
 * How soon the heap is full, told from collections alone.
 *
 * <p>The live set is known only when a collector ran; in between it stands still, and a trend over
 * samples sees a staircase. Points in time at which it changed lie on the line that a leak draws,
 * however rare they are.
 */
final class HeapSteps {
  private static final int[] LENGTHS = {4, 6};
  private static final int CLIMB_LENGTH = 180;
  private static final double LIMIT = Resource.HEAP_ROOM.limit();
  private static final double HORIZON_MAX = 1024;
  private static final double ERRORS_SUBTRACTED = 2;
  // A live set is never known better than to a part in 200: survivors come and go.
  private static final double RESIDUAL_FLOOR = 5e-3;
  // Without a collection for longer than this many usual gaps, nothing is known to grow on.
  private static final double GAPS_EXTRAPOLATED = 1.5;

  private final double[] values = new double[LENGTHS[LENGTHS.length - 1]];
  private final long[] times = new long[values.length];
  private final SlidingWindow recent = new SlidingWindow(CLIMB_LENGTH);
  private long steps;
  private long now;

  static void describe(List<Feature> features) {
    String key = Metric.HEAP.key();
    for (int length : LENGTHS) {
      features.add(new Feature(key + ".stepPressure" + length, key, 1));
      features.add(new Feature(key + ".stepSlope" + length, key, 1));
    }
    features.add(new Feature(key + ".stepRises", key, 1));
    features.add(new Feature(key + ".stepGap", key, 0));
    features.add(new Feature(key + ".climb" + CLIMB_LENGTH, key, 1));
  }

  void push(Sample sample) {
    now++;
    double value = sample.get(Metric.HEAP);
    recent.push(value);
    if (!Double.isNaN(value) && (steps == 0 || value != value(0))) {
      values[(int) (steps % values.length)] = value;
      times[(int) (steps % values.length)] = now;
      steps++;
    }
  }

  /** A line that was never lower than the data allow, and what they allow. */
  private record Line(double slope, double proven, double atNow) {}

  void write(FeatureRow row) {
    for (int length : LENGTHS) {
      if (steps < length) {
        row.add(Double.NaN).add(Double.NaN);
      } else {
        Line line = fit(length);
        row.add(pressure(line)).add(line.slope() * HORIZON_MAX);
      }
    }
    row.add(rises()).add(gap(LENGTHS[0])).add(climb());
  }

  private double value(int back) {
    return values[(int) ((steps - 1 - back) % values.length)];
  }

  private long time(int back) {
    return times[(int) ((steps - 1 - back) % values.length)];
  }

  private Line fit(int length) {
    double meanTime = 0;
    double meanValue = 0;
    for (int i = 0; i < length; i++) {
      meanTime += (double) (time(i) - now) / length;
      meanValue += value(i) / length;
    }
    double timeVariation = 0;
    double covariation = 0;
    double valueVariation = 0;
    for (int i = 0; i < length; i++) {
      double t = time(i) - now - meanTime;
      double v = value(i) - meanValue;
      timeVariation += t * t;
      covariation += t * v;
      valueVariation += v * v;
    }
    double slope = covariation / timeVariation;
    double residual = Math.max(0, valueVariation - slope * covariation) / (length - 2);
    double error = Math.sqrt((residual + RESIDUAL_FLOOR * RESIDUAL_FLOOR) / timeVariation);
    double unseen = Math.max(0, (now - time(0)) - GAPS_EXTRAPOLATED * gap(length));
    double atNow = meanValue + slope * (-unseen - meanTime);
    return new Line(slope, slope - ERRORS_SUBTRACTED * error, atNow);
  }

  private static double pressure(Line line) {
    if (line.proven() <= 0) {
      return 0;
    }
    double samplesLeft = Math.clamp((LIMIT - line.atNow()) / line.proven(), 1, HORIZON_MAX);
    return StrictMath.log(HORIZON_MAX / samplesLeft) / StrictMath.log(2);
  }

  /** Part of the last steps that went up. */
  private double rises() {
    int known = (int) Math.min(steps, values.length) - 1;
    int up = 0;
    for (int i = 0; i < known; i++) {
      up += value(i) > value(i + 1) ? 1 : 0;
    }
    return known > 0 ? up / (double) known : Double.NaN;
  }

  /** How far it is above its lowest of late: what comes and goes climbs only so far. */
  private double climb() {
    return steps == 0 ? Double.NaN : value(0) - recent.min();
  }

  private double gap(int length) {
    return steps < length ? Double.NaN : (time(0) - time(length - 1)) / (length - 1.0);
  }
}
