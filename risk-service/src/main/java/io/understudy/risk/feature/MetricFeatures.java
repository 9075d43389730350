package io.understudy.risk.feature;

import java.util.List;

/** The features of one metric on its own: where it is, where it was, where it goes. */
final class MetricFeatures {
  private static final int[] LENGTHS = {5, 15, 60};

  private final Metric metric;
  private final History history;
  private final Ewma fast = new Ewma(0.3);
  private final Ewma slow = new Ewma(0.05);
  private final SlidingWindow[] windows = new SlidingWindow[LENGTHS.length];
  private double z = Double.NaN;
  private double last = Double.NaN;

  MetricFeatures(Metric metric) {
    this.metric = metric;
    history = new History(metric.noiseFloor());
    for (int i = 0; i < LENGTHS.length; i++) {
      windows[i] = new SlidingWindow(LENGTHS[i]);
    }
  }

  static void describe(Metric metric, List<Feature> features) {
    int worse = metric.limited() ? 1 : 0;
    String key = metric.key();
    features.add(new Feature(key + ".z", key, worse));
    features.add(new Feature(key + ".last", key, worse));
    features.add(new Feature(key + ".ewmaGap", key, worse));
    for (int length : LENGTHS) {
      features.add(new Feature(key + ".mean" + length, key, worse));
      features.add(new Feature(key + ".std" + length, key, 0));
      features.add(new Feature(key + ".min" + length, key, worse));
      features.add(new Feature(key + ".max" + length, key, worse));
      if (length >= 15) {
        features.add(new Feature(key + ".slope" + length, key, worse));
      }
    }
  }

  /** Takes the next sample; false if the metric is missing from it. */
  boolean push(Sample sample) {
    double value = sample.get(metric);
    z = history.z(value);
    history.push(value);
    last = metric.limited() ? value : z;
    fast.push(last);
    slow.push(last);
    for (SlidingWindow window : windows) {
      window.push(last);
    }
    return !Double.isNaN(value);
  }

  double z() {
    return z;
  }

  void write(FeatureRow row) {
    row.add(z).add(last).add(fast.get() - slow.get());
    for (int i = 0; i < LENGTHS.length; i++) {
      SlidingWindow window = windows[i];
      row.add(window.mean()).add(window.deviation()).add(window.min()).add(window.max());
      if (LENGTHS[i] >= 15) {
        row.add(window.slope());
      }
    }
  }
}
