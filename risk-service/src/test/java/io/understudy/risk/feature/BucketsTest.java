package io.understudy.risk.feature;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class BucketsTest {
  private static final double[] BOUNDS = {1, 2, 4, Double.POSITIVE_INFINITY};

  @Test
  void quantileLiesInsideItsBucket() {
    assertThat(Buckets.quantile(BOUNDS, new double[] {0, 10, 0, 0}, 0.5)).isEqualTo(1.5);
    assertThat(Buckets.quantile(BOUNDS, new double[] {5, 0, 5, 0}, 0.99)).isBetween(3.9, 4.0);
  }

  @Test
  void beyondTheLastBoundIsTheLastBound() {
    assertThat(Buckets.quantile(BOUNDS, new double[] {0, 0, 0, 3}, 0.5)).isEqualTo(4);
  }

  @Test
  void noObservationHasNoQuantile() {
    assertThat(Buckets.quantile(BOUNDS, new double[4], 0.5)).isNaN();
    assertThat(Buckets.quantile(new double[0], new double[0], 0.5)).isNaN();
  }
}
