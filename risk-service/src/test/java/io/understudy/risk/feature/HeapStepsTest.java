package io.understudy.risk.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class HeapStepsTest {
  private static final int GAP = 24;

  private final EndpointFeatures features = new EndpointFeatures();
  private final float[] row = new float[FeatureSchema.CURRENT.width()];

  @Test
  void leakSeenOnlyByRareCollectionsIsALine() {
    double level = 0;
    for (int t = 0; t < 6 * GAP; t++) {
      int collections = t / GAP;
      level = 0.1 + 0.09 * collections;
      heap(level);
    }
    double left = (0.92 - level) / (0.09 / GAP);
    assertThat(feature("heap.stepPressure6"))
        .isEqualTo((float) (Math.log(1024 / left) / Math.log(2)), within(0.5f));
    assertThat(feature("heap.stepRises")).isEqualTo(1);
    assertThat(feature("heap.stepGap")).isEqualTo(GAP);
    assertThat(feature("heap.climb180")).isEqualTo(0.45f, within(1e-6f));
  }

  @Test
  void liveSetThatComesAndGoesIsNoPressure() {
    for (int t = 0; t < 20 * GAP; t++) {
      heap(0.3 + (t / GAP % 2 == 0 ? 0.05 : 0));
    }
    assertThat(feature("heap.stepPressure6")).isZero();
  }

  @Test
  void fewCollectionsSayNothing() {
    heap(0.3);
    heap(0.4);
    assertThat(feature("heap.stepPressure4")).isNaN();
  }

  @Test
  void workAfterAWhileWithoutAnyIsANewBeginning() {
    for (int t = 0; t < 100; t++) {
      features.accept(Sample.of(Map.of(Metric.REQUEST_RATE, 0.0)));
    }
    assertThat(features.age()).isEqualTo(100);
    features.accept(Sample.of(Map.of(Metric.REQUEST_RATE, 5.0)));
    assertThat(features.age()).isZero();
    features.accept(Sample.of(Map.of(Metric.REQUEST_RATE, 0.0)));
    features.accept(Sample.of(Map.of(Metric.REQUEST_RATE, 5.0)));
    assertThat(features.age()).isEqualTo(2);
  }

  private void heap(double level) {
    features.accept(Sample.of(Map.of(Metric.HEAP, level)));
  }

  private float feature(String name) {
    features.write(row, 0);
    return row[FeatureSchema.CURRENT.column(name)];
  }
}
