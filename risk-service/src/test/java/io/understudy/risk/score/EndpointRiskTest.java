package io.understudy.risk.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.risk.feature.Metric;
import io.understudy.risk.feature.Sample;
import io.understudy.risk.score.EndpointRisk.Maturity;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class EndpointRiskTest {
  private static final Sample ALIVE = Sample.of(Map.of(Metric.HEAP, 0.5, Metric.LOSS, 0.0));
  private static final Sample DEAD = Sample.of(Map.of(Metric.LOSS, 1.0));

  private final EndpointRisk risk = new EndpointRisk(1);

  @Test
  void oneOddSampleNeverAlarms() {
    next(0.05, ALIVE);
    next(0.05, ALIVE);
    assertThat(next(0.9, ALIVE).score()).isEqualTo(0.05);
    assertThat(next(0.05, ALIVE).score()).isEqualTo(0.05);
  }

  @Test
  void realChangeShowsTwoTicksLater() {
    next(0.05, ALIVE);
    next(0.05, ALIVE);
    next(0.9, ALIVE);
    next(0.95, ALIVE);
    assertThat(next(0.92, ALIVE).score()).isEqualTo(0.9);
  }

  @Test
  void strongestHeadSpeaks() {
    EndpointRisk three = new EndpointRisk(3);
    double[] heads = {0.1, 0.6, 0.3};
    for (int i = 0; i < 4; i++) {
      three.next(heads, ALIVE, Maturity.MATURE);
    }
    Estimate fifth = three.next(heads, ALIVE, Maturity.MATURE);
    assertThat(fifth.head()).isEqualTo(1);
    assertThat(fifth.score()).isEqualTo(0.6);
  }

  @Test
  void precursorThatComesAndGoesIsNone() {
    EndpointRisk two = new EndpointRisk(2);
    for (int i = 0; i < 20; i++) {
      double[] heads = {0.1, i % 3 == 0 ? 0.1 : 0.9};
      assertThat(two.next(heads, ALIVE, Maturity.MATURE).score()).isLessThan(0.2);
    }
  }

  @Test
  void trendOfAYoungProcessIsNotBelieved() {
    EndpointRisk two = new EndpointRisk(2);
    for (int i = 0; i < 20; i++) {
      Estimate estimate = two.next(new double[] {0.1, 0.9}, ALIVE, Maturity.YOUNG);
      assertThat(estimate.score()).isLessThanOrEqualTo(0.1);
    }
    assertThat(Maturity.of(20, 20)).isEqualTo(Maturity.NEW);
    assertThat(Maturity.of(500, 60)).isEqualTo(Maturity.YOUNG);
    assertThat(Maturity.of(500, 61)).isEqualTo(Maturity.MATURE);
  }

  @Test
  void warmingUpEndpointIsNotJudged() {
    for (int i = 0; i < 5; i++) {
      Estimate estimate = risk.next(new double[] {0.9}, ALIVE, Maturity.NEW);
      assertThat(estimate.score()).isEqualTo(EndpointRisk.UNKNOWN);
      assertThat(estimate.certainty()).isEqualTo(Estimate.Certainty.WARMING_UP);
    }
  }

  @Test
  void endpointThatAnswersNobodyIsDownEvenWhileWarmingUp() {
    risk.next(new double[] {0.01}, DEAD, Maturity.NEW);
    Estimate second = risk.next(new double[] {0.01}, DEAD, Maturity.NEW);
    assertThat(second.certainty()).isEqualTo(Estimate.Certainty.DEAD);
    assertThat(second.score()).isGreaterThan(0.95);
    assertThat(second.head()).isZero();
  }

  @Test
  void headThatAnswersNoProbabilityIsRejected() {
    for (double wrong : new double[] {Double.NaN, -0.1, 1.1, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> next(wrong, ALIVE))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("head 0 answered " + wrong)
          .hasMessageContaining("not a probability");
    }
  }

  private Estimate next(double probability, Sample sample) {
    return risk.next(new double[] {probability}, sample, Maturity.MATURE);
  }
}
