package io.understudy.risk.feature;

/**
 * One thing measured at an endpoint in every sample.
 *
 * <p>A metric is either <em>limited</em>, a part of its limit (1 = the service level objective, or
 * a full resource), or comparable only with its own history. The features of the second kind are
 * computed on robust z-scores, so that a model learnt on one endpoint holds on another.
 */
public enum Metric {
  LATENCY_P50("latency_p50", true, 0.05),
  LATENCY_MEAN("latency_mean", true, 0.05),
  LATENCY_P99("latency_p99", true, 0.1),
  ERROR_RATIO("error_ratio", true, 0.5),
  REQUEST_RATE("request_rate", false, 1),
  CPU("cpu", false, 0.05),
  GC_SHARE("gc_share", true, 0.02),
  HEAP("heap", true, 0.02),
  CONNECTIONS("connections", true, 0.05),
  INFLIGHT("inflight", false, 1),
  CONNECT_TIME("connect_time", false, 0.5),
  LOSS("loss", true, 0.2),
  JITTER("jitter", false, 0.5);

  static final int COUNT = values().length;

  private final String key;
  private final boolean limited;
  private final double noiseFloor;

  Metric(String key, boolean limited, double noiseFloor) {
    this.key = key;
    this.limited = limited;
    this.noiseFloor = noiseFloor;
  }

  /** Name in feature names, explanations and {@code /metrics}. */
  public String key() {
    return key;
  }

  /** Place in a sample; nothing stored or sent depends on it. */
  @SuppressWarnings("EnumOrdinal") // the order is the feature schema's, which is checked by name
  int place() {
    return ordinal();
  }

  /** Whether a value is a part of a limit, and more of it is never better. */
  public boolean limited() {
    return limited;
  }

  /** Smallest deviation worth calling one: keeps z finite where a history is constant. */
  double noiseFloor() {
    return noiseFloor;
  }
}
