package io.understudy.model;

import java.util.List;

/**
 * What risk-service publishes for an endpoint: value of the Hazelcast map {@code risk-scores}.
 *
 * <p>Components are primitives, strings and lists of strings and records of these, so that
 * Hazelcast's Compact format carries the record without a serialiser of ours.
 *
 * @param service name of the service
 * @param endpoint name of the endpoint
 * @param score calibrated probability in [0,1] that the endpoint breaches its SLO within the
 *     horizon
 * @param horizonSeconds how far ahead the score looks, from 0 (now)
 * @param modelVersion version of the model that computed it
 * @param atMillis wall clock of the newest sample in it, milliseconds since 1970
 * @param reasons the metrics that contributed most, the largest first; empty when not explained
 */
public record RiskScore(
    String service,
    String endpoint,
    double score,
    int horizonSeconds,
    String modelVersion,
    long atMillis,
    List<Contribution> reasons) {

  /** Name of the Hazelcast map; keys are {@link #key}. */
  public static final String MAP = "risk-scores";

  public RiskScore {
    Names.require("service", service);
    Names.require("endpoint", endpoint);
    requireProbability("score", score);
    reasons = List.copyOf(reasons);
  }

  /**
   * How much one metric moved the score.
   *
   * @param metric name of the metric
   * @param logOdds contribution to the margin, in log odds; positive raises the risk
   */
  public record Contribution(String metric, double logOdds) {}

  public static String key(String service, String endpoint) {
    return service + "/" + endpoint;
  }

  static void requireProbability(String what, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(what + " " + value + " is not a probability in [0,1]");
    }
  }
}
