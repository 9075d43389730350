package io.understudy.risk.feature;

import java.util.Arrays;
import java.util.Map;

/** What was measured at an endpoint in one interval; what was not measured is NaN. */
public final class Sample {
  /** Nothing was measured. */
  public static final Sample MISSING = of(Map.of());

  private final double[] values;
  private final boolean restarted;

  private Sample(double[] values, boolean restarted) {
    this.values = values;
    this.restarted = restarted;
  }

  /** A sample of the given values; anything that is not a finite number counts as missing. */
  public static Sample of(Map<Metric, Double> measured) {
    return of(measured, false);
  }

  /**
   * A sample of the given values.
   *
   * @param measured anything that is not a finite number counts as missing
   * @param restarted whether the process began anew in this interval
   */
  public static Sample of(Map<Metric, Double> measured, boolean restarted) {
    double[] values = new double[Metric.COUNT];
    Arrays.fill(values, Double.NaN);
    measured.forEach((metric, value) -> {
      if (Double.isFinite(value)) {
        values[metric.place()] = value;
      }
    });
    return new Sample(values, restarted);
  }

  public double get(Metric metric) {
    return values[metric.place()];
  }

  /** Whether the process began anew: what looks like a trend may be its warming up. */
  public boolean restarted() {
    return restarted;
  }

  /** Whether the endpoint answered its scrape: probes alone do not say that. */
  public boolean answered() {
    for (Metric metric : Metric.values()) {
      boolean probed =
          metric == Metric.CONNECT_TIME || metric == Metric.LOSS || metric == Metric.JITTER;
      if (!probed && !Double.isNaN(get(metric))) {
        return true;
      }
    }
    return false;
  }

  /** Whether neither the scrape nor any probe was answered. */
  public boolean dead() {
    return !answered() && get(Metric.LOSS) >= 1;
  }
}
