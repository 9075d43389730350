package io.understudy.risk.feature;

import java.util.List;

/** Errors and lost probes over a short and a long memory, and how close the objective is. */
final class FailureFeatures {
  private static final int BREACH_WINDOW = 5;

  private final Ewma errorsShort = new Ewma(0.2);
  private final Ewma errorsLong = new Ewma(0.05);
  private final Ewma lossShort = new Ewma(0.2);
  private final Ewma lossLong = new Ewma(0.05);
  private final SlidingWindow breaches = new SlidingWindow(BREACH_WINDOW);
  private final SlidingWindow breachesLong = new SlidingWindow(60);

  static void describe(List<Feature> features) {
    features.add(new Feature("error_ratio.ewma20", Metric.ERROR_RATIO.key(), 1));
    features.add(new Feature("error_ratio.ewma05", Metric.ERROR_RATIO.key(), 1));
    features.add(new Feature("loss.ewma20", Metric.LOSS.key(), 1));
    features.add(new Feature("loss.ewma05", Metric.LOSS.key(), 1));
    features.add(new Feature("breach.mean5", "objective", 1));
    features.add(new Feature("breach.mean60", "objective", 1));
  }

  void push(Sample sample) {
    errorsShort.push(sample.get(Metric.ERROR_RATIO));
    errorsLong.push(sample.get(Metric.ERROR_RATIO));
    lossShort.push(sample.get(Metric.LOSS));
    lossLong.push(sample.get(Metric.LOSS));
    double breach = Objective.breached(sample) ? 1 : 0;
    breaches.push(breach);
    breachesLong.push(breach);
  }

  void write(FeatureRow row) {
    row.add(errorsShort.get()).add(errorsLong.get());
    row.add(lossShort.get()).add(lossLong.get());
    row.add(breaches.mean()).add(breachesLong.mean());
  }
}
