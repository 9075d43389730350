package io.understudy.risk.feature;

import java.util.List;

/**
 * How soon a bounded resource is used up, and how sure that is.
 *
 * <p><em>Pressure</em> is log2(1024 / time to exhaustion in samples) within 0..10: 0 means not in
 * sight, 5 means in 32 samples, 10 means now. The time is computed from a slope that the data
 * prove: the least-squares slope minus two standard errors, these widened threefold because the
 * residuals of a staircase (a live set changes only when the collector ran) are far from
 * independent.
 */
final class ResourceFeatures {
  private static final int[] LENGTHS = {15, 60, 180};
  private static final int HORIZON_MAX = 1024;
  private static final double ERROR_WIDENING = 3;
  private static final double ERRORS_SUBTRACTED = 2;
  private static final double LARGEST_T = 30;
  private static final double SLOPE_FLOOR = 5e-4;
  private static final double LARGEST_BEND = 5;

  // One slow answer must not turn a trend line: what is far beyond the limit counts as this.
  private static final double CLIP = 1.5;

  private final Resource resource;
  private final Ewma level = new Ewma(0.2);
  private final SlidingWindow[] windows = new SlidingWindow[LENGTHS.length];

  ResourceFeatures(Resource resource) {
    this.resource = resource;
    for (int i = 0; i < LENGTHS.length; i++) {
      windows[i] = new SlidingWindow(LENGTHS[i]);
    }
  }

  static void describe(Resource resource, List<Feature> features) {
    String key = resource.metric().key();
    features.add(new Feature(key + ".level", key, 1));
    for (int length : LENGTHS) {
      features.add(new Feature(key + ".pressure" + length, key, 1));
      features.add(new Feature(key + ".trendT" + length, key, 1));
    }
    features.add(new Feature(key + ".bend15", key, 1));
    features.add(new Feature(key + ".bend60", key, 1));
  }

  void push(Sample sample) {
    double clipped = Math.min(sample.get(resource.metric()), CLIP);
    level.push(clipped);
    for (SlidingWindow window : windows) {
      window.push(clipped);
    }
  }

  void write(FeatureRow row) {
    row.add(level.get());
    for (SlidingWindow window : windows) {
      row.add(pressure(window)).add(trendT(window));
    }
    row.add(bend(windows[0], windows[1])).add(bend(windows[1], windows[2]));
  }

  private double pressure(SlidingWindow window) {
    double error = ERROR_WIDENING * window.slopeError();
    double proven = window.slope() - ERRORS_SUBTRACTED * error;
    if (Double.isNaN(proven)) {
      return Double.NaN;
    }
    if (proven <= 0) {
      return 0;
    }
    double samplesLeft = Math.clamp((resource.limit() - window.fitted()) / proven, 1, HORIZON_MAX);
    return StrictMath.log(HORIZON_MAX / samplesLeft) / StrictMath.log(2);
  }

  /** Whether growth speeds up (positive) or levels off: a warm-up levels off, a leak does not. */
  private static double bend(SlidingWindow recent, SlidingWindow longer) {
    double scale = Math.abs(longer.slope()) + SLOPE_FLOOR;
    return Math.clamp((recent.slope() - longer.slope()) / scale, -LARGEST_BEND, LARGEST_BEND);
  }

  private static double trendT(SlidingWindow window) {
    double t = window.slope() / (ERROR_WIDENING * window.slopeError());
    return Math.clamp(t, -LARGEST_T, LARGEST_T);
  }
}
