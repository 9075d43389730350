package io.understudy.risk.feature;

/** When a sample is a breach of the service level objective. */
public final class Objective {
  private Objective() {}

  /**
   * Whether users suffered in this sample: too slow, too many errors, or no answer at all.
   *
   * <p>Limited metrics are parts of their limit, so the objective is always 1.
   */
  public static boolean breached(Sample sample) {
    return sample.dead()
        || sample.get(Metric.LATENCY_P99) > 1
        || sample.get(Metric.ERROR_RATIO) > 1;
  }
}
