package io.understudy.risk.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.risk.feature.Metric;
import io.understudy.risk.feature.Sample;
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
  void realChangeShowsOneTickLater() {
    next(0.05, ALIVE);
    next(0.05, ALIVE);
    next(0.9, ALIVE);
    assertThat(next(0.92, ALIVE).score()).isEqualTo(0.9);
  }

  @Test
  void strongestHeadSpeaks() {
    EndpointRisk three = new EndpointRisk(3);
    double[] heads = {0.1, 0.6, 0.3};
    three.next(heads, ALIVE, false);
    three.next(heads, ALIVE, false);
    Estimate third = three.next(heads, ALIVE, false);
    assertThat(third.head()).isEqualTo(1);
    assertThat(third.score()).isEqualTo(0.6);
  }

  @Test
  void precursorThatComesAndGoesIsNone() {
    EndpointRisk two = new EndpointRisk(2);
    for (int i = 0; i < 20; i++) {
      double[] heads = {0.1, i % 3 == 0 ? 0.1 : 0.9};
      assertThat(two.next(heads, ALIVE, false).score()).isLessThan(0.2);
    }
  }

  @Test
  void warmingUpEndpointIsNotJudged() {
    for (int i = 0; i < 5; i++) {
      Estimate estimate = risk.next(new double[] {0.9}, ALIVE, true);
      assertThat(estimate.score()).isEqualTo(EndpointRisk.UNKNOWN);
      assertThat(estimate.certainty()).isEqualTo(Estimate.Certainty.WARMING_UP);
    }
  }

  @Test
  void endpointThatAnswersNobodyIsDownEvenWhileWarmingUp() {
    risk.next(new double[] {0.01}, DEAD, true);
    Estimate second = risk.next(new double[] {0.01}, DEAD, true);
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
    return risk.next(new double[] {probability}, sample, false);
  }
}
