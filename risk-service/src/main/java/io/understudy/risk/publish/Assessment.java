package io.understudy.risk.publish;

import io.understudy.model.RiskScore;
import io.understudy.risk.feature.Sample;
import io.understudy.risk.score.Estimate;
import java.util.List;

/**
 * What one tick found out about one endpoint.
 *
 * @param score what is published
 * @param certainty how it came about
 * @param heads calibrated probability of each head
 * @param sample what was measured
 */
public record Assessment(
    RiskScore score, Estimate.Certainty certainty, List<Double> heads, Sample sample) {
  public Assessment {
    heads = List.copyOf(heads);
  }
}
