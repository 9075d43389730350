package io.understudy.risk.feature;

/** Quantiles of a histogram whose buckets count what lies at or below their upper bounds. */
public final class Buckets {
  private Buckets() {}

  /**
   * Quantile by linear interpolation inside its bucket, as Prometheus' histogram_quantile does.
   *
   * @param bounds upper bounds, rising, the last one +Inf
   * @param counts observations per bucket (not cumulative), never negative
   * @param quantile 0..1
   * @return the quantile, the last finite bound if it lies beyond, or NaN without observations
   */
  public static double quantile(double[] bounds, double[] counts, double quantile) {
    double total = 0;
    for (double count : counts) {
      total += count;
    }
    if (!(total > 0) || bounds.length < 2) {
      return Double.NaN;
    }
    double rank = quantile * total;
    double below = 0;
    for (int i = 0; i < bounds.length - 1; i++) {
      if (below + counts[i] >= rank && counts[i] > 0) {
        double lower = i == 0 ? Math.min(0, bounds[0]) : bounds[i - 1];
        return lower + (bounds[i] - lower) * (rank - below) / counts[i];
      }
      below += counts[i];
    }
    return bounds[bounds.length - 2];
  }
}
