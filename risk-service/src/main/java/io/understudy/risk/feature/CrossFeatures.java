package io.understudy.risk.feature;

import java.util.Arrays;
import java.util.List;

/** How unusual the endpoint is as a whole: many small deviations together are one large one. */
final class CrossFeatures {
  private static final int MEMORY = 15;
  private static final double UNUSUAL = 3;
  private static final List<String> NAMES = List.of("zMax", "zTop3", "zMean", "zUnusual");

  private final double[] now = new double[NAMES.size()];
  private final SlidingWindow[] windows = new SlidingWindow[NAMES.size()];
  private final SlidingWindow missing = new SlidingWindow(MEMORY);
  private final double[] magnitudes = new double[Metric.COUNT];

  CrossFeatures() {
    for (int i = 0; i < windows.length; i++) {
      windows[i] = new SlidingWindow(MEMORY);
    }
  }

  static void describe(List<Feature> features) {
    for (String name : NAMES) {
      features.add(new Feature(name, Feature.ALL, 0));
      features.add(new Feature(name + ".mean" + MEMORY, Feature.ALL, 0));
      features.add(new Feature(name + ".max" + MEMORY, Feature.ALL, 0));
    }
    features.add(new Feature("missing.last", "missing", 0));
    features.add(new Feature("missing.mean" + MEMORY, "missing", 0));
  }

  /** Takes the z-scores and the part of the metrics that is missing from this sample. */
  void push(List<MetricFeatures> metrics, double missingNow) {
    int count = 0;
    for (MetricFeatures metric : metrics) {
      if (!Double.isNaN(metric.z())) {
        magnitudes[count++] = Math.abs(metric.z());
      }
    }
    Arrays.fill(now, Double.NaN);
    if (count >= 3) {
      measure(count);
    }
    for (int i = 0; i < now.length; i++) {
      windows[i].push(now[i]);
    }
    missing.push(missingNow);
  }

  void write(FeatureRow row) {
    for (int i = 0; i < now.length; i++) {
      row.add(now[i]).add(windows[i].mean()).add(windows[i].max());
    }
    row.add(missing.newest()).add(missing.mean());
  }

  private void measure(int count) {
    Arrays.sort(magnitudes, 0, count);
    double sum = 0;
    int unusual = 0;
    for (int i = 0; i < count; i++) {
      sum += magnitudes[i];
      unusual += magnitudes[i] > UNUSUAL ? 1 : 0;
    }
    now[0] = magnitudes[count - 1];
    now[1] = (magnitudes[count - 1] + magnitudes[count - 2] + magnitudes[count - 3]) / 3;
    now[2] = sum / count;
    now[3] = unusual;
  }
}
