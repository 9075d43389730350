package io.understudy.risk.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class HistoryTest {
  @Test
  void zEqualsTheBruteForce() {
    SplittableRandom random = new SplittableRandom(11);
    History history = new History(0.01);
    List<Double> kept = new ArrayList<>();
    int offered = 0;
    for (int t = 0; t < 1000; t++) {
      double value = random.nextInt(20) == 0 ? Double.NaN : 5 + random.nextGaussian();
      assertSame(history.z(7), oracle(kept, 7), t);
      history.push(value);
      if (!Double.isNaN(value) && offered++ % History.STRIDE == 0) {
        kept.add((double) (float) value);
      }
    }
  }

  @Test
  void constantHistoryStaysFinite() {
    History history = new History(0.05);
    for (int t = 0; t < 100; t++) {
      history.push(0);
    }
    assertThat(history.z(0)).isZero();
    assertThat(history.z(1e9)).isEqualTo(History.LARGEST_Z);
  }

  private static void assertSame(double actual, double expected, int t) {
    if (Double.isNaN(expected)) {
      assertThat(actual).as("sample %d", t).isNaN();
    } else {
      assertThat(actual).as("sample %d", t).isCloseTo(expected, within(1e-4));
    }
  }

  private static double oracle(List<Double> kept, double value) {
    List<Double> recent = kept.subList(Math.max(0, kept.size() - History.SLOTS), kept.size());
    if (recent.size() < History.ENOUGH) {
      return Double.NaN;
    }
    double median = median(recent);
    double mad = median(recent.stream().map(x -> Math.abs(x - median)).toList());
    double spread = Math.max(1.4826 * mad, Math.max(0.01, 0.05 * Math.abs(median)));
    return Math.clamp((value - median) / spread, -20, 20);
  }

  private static double median(List<Double> values) {
    List<Double> ordered = new ArrayList<>(values);
    Collections.sort(ordered);
    int size = ordered.size();
    return (ordered.get((size - 1) / 2) + ordered.get(size / 2)) / 2;
  }
}
