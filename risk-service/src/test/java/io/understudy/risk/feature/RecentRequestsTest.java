package io.understudy.risk.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

final class RecentRequestsTest {
  private static final double[] BOUNDS = {0.1, 1, Double.POSITIVE_INFINITY};

  private final RecentRequests recent = new RecentRequests();

  @Test
  void fewSlowAnswersAmongManyAreNotTheTail() {
    for (int i = 0; i < 10; i++) {
      recent.add(BOUNDS, new double[] {50, 0, 0}, 50, 0);
    }
    recent.add(BOUNDS, new double[] {46, 4, 0}, 50, 0);
    assertThat(recent.latency99()).isLessThan(0.1);
  }

  @Test
  void thousandRequestsAreEnough() {
    recent.add(BOUNDS, new double[] {0, 500, 0}, 500, 500);
    recent.add(BOUNDS, new double[] {1000, 0, 0}, 1000, 0);
    assertThat(recent.latency99()).isLessThan(0.1);
    assertThat(recent.errorRatio()).isZero();
  }

  @Test
  void twentySamplesAreEnough() {
    recent.add(BOUNDS, new double[] {0, 10, 0}, 10, 10);
    for (int i = 0; i < RecentRequests.SAMPLES_MAX - 1; i++) {
      recent.add(BOUNDS, new double[] {0, 0, 0}, 0, 0);
      assertThat(recent.errorRatio()).isCloseTo(1, within(1e-12));
    }
    recent.add(BOUNDS, new double[] {0, 0, 0}, 0, 0);
    assertThat(recent.errorRatio()).isZero();
    assertThat(recent.latency99()).isNaN();
  }

  @Test
  void otherBucketsBeginAnew() {
    recent.add(BOUNDS, new double[] {0, 10, 0}, 10, 10);
    recent.add(new double[] {0.2, Double.POSITIVE_INFINITY}, new double[] {10, 0}, 10, 0);
    assertThat(recent.errorRatio()).isZero();
  }
}
