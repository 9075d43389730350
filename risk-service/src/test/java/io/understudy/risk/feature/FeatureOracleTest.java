package io.understudy.risk.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The incremental features against the same definitions computed from all history, every time. */
final class FeatureOracleTest {
  private static final long SEED = 7;
  private static final int SAMPLES = 700;
  private static final double TOLERANCE = 2e-3;

  private final List<Sample> history = new ArrayList<>();

  @Test
  void everyWindowEqualsTheBruteForce() {
    SplittableRandom random = new SplittableRandom(SEED);
    EndpointFeatures features = new EndpointFeatures();
    float[] row = new float[FeatureSchema.CURRENT.width()];
    for (int t = 0; t < SAMPLES; t++) {
      Sample sample = random(random, t);
      history.add(sample);
      features.accept(sample);
      features.write(row, 0);
      compareWindows(row, t);
      compareTrends(row, t);
    }
  }

  @Test
  void rowIsTheSameWhateverFollows() {
    EndpointFeatures short1 = new EndpointFeatures();
    EndpointFeatures long1 = new EndpointFeatures();
    float[] before = new float[FeatureSchema.CURRENT.width()];
    float[] same = new float[FeatureSchema.CURRENT.width()];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int t = 0; t < 200; t++) {
      Sample sample = random(random, t);
      short1.accept(sample);
      long1.accept(sample);
      long1.write(same, 0);
    }
    short1.write(before, 0);
    for (int t = 200; t < 300; t++) {
      long1.accept(random(random, t));
    }
    assertThat(before).isEqualTo(same);
  }

  @Test
  void nothingMeasuredIsNowhereZero() {
    EndpointFeatures features = new EndpointFeatures();
    float[] row = new float[FeatureSchema.CURRENT.width()];
    features.accept(Sample.MISSING);
    features.write(row, 0);
    assertThat(row[column("heap.mean60")]).isNaN();
    assertThat(row[column("heap.pressure60")]).isNaN();
    assertThat(row[column("zMax")]).isNaN();
    assertThat(row[column("missing.last")]).isEqualTo(1);
  }

  @Test
  void leakIsPressureLongBeforeTheHeapIsFull() {
    EndpointFeatures features = new EndpointFeatures();
    float[] row = new float[FeatureSchema.CURRENT.width()];
    for (int t = 0; t < 60; t++) {
      features.accept(Sample.of(Map.of(Metric.HEAP, 0.3 + 0.005 * t)));
    }
    features.write(row, 0);
    double left = (0.92 - 0.595) / 0.005; // 65 samples
    assertThat(row[column("heap.pressure60")])
        .isEqualTo((float) (Math.log(1024 / left) / Math.log(2)), within(0.05f));
  }

  @Test
  void noiseAroundALevelIsNoPressure() {
    EndpointFeatures features = new EndpointFeatures();
    float[] row = new float[FeatureSchema.CURRENT.width()];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int t = 0; t < 500; t++) {
      features.accept(Sample.of(Map.of(Metric.HEAP, 0.5 + 0.05 * random.nextGaussian())));
      features.write(row, 0);
      if (t > 60) {
        assertThat(row[column("heap.pressure60")]).as("sample %d", t).isZero();
      }
    }
  }

  @Test
  void namesAreUniqueAndPinnedByTheirChecksum() {
    FeatureSchema schema = FeatureSchema.CURRENT;
    assertThat(new HashSet<>(schema.names())).hasSize(schema.width());
    List<Feature> renamed = new ArrayList<>(schema.features());
    renamed.set(0, new Feature("other", "other", 0));
    assertThat(new FeatureSchema(schema.version(), renamed).sha256()).isNotEqualTo(schema.sha256());
    assertThat(new FeatureSchema(schema.version() + 1, schema.features()).sha256())
        .isNotEqualTo(schema.sha256());
  }

  private static Sample random(SplittableRandom random, int t) {
    Map<Metric, Double> values = new EnumMap<>(Metric.class);
    for (Metric metric : Metric.values()) {
      if (random.nextDouble() > 0.1) {
        values.put(metric, Math.abs(0.4 + 0.1 * random.nextGaussian()) + 0.0005 * t);
      }
    }
    return Sample.of(values);
  }

  private void compareWindows(float[] row, int t) {
    for (Metric metric : Metric.values()) {
      if (!metric.limited()) {
        continue; // these run on z, which has its own test
      }
      for (int length : new int[] {5, 15, 60}) {
        double[] present = present(metric, t, length);
        String name = metric.key();
        expect(row, name + ".mean" + length, mean(present));
        expect(row, name + ".max" + length, max(present));
        expect(row, name + ".min" + length, -max(negated(present)));
        expect(row, name + ".std" + length, present.length < 2 ? Double.NaN : deviation(present));
      }
    }
  }

  private void compareTrends(float[] row, int t) {
    for (int length : new int[] {15, 60}) {
      expect(row, "heap.slope" + length, slope(Metric.HEAP, t, length));
    }
  }

  private static void expect(float[] row, String name, double expected) {
    float actual = row[column(name)];
    if (Double.isNaN(expected)) {
      assertThat(actual).as(name).isNaN();
    } else {
      assertThat((double) actual).as(name).isCloseTo(expected, within(TOLERANCE));
    }
  }

  private static int column(String name) {
    return FeatureSchema.CURRENT.column(name);
  }

  private double[] present(Metric metric, int t, int length) {
    return IntStream.rangeClosed(Math.max(0, t - length + 1), t)
        .mapToDouble(i -> history.get(i).get(metric))
        .filter(value -> !Double.isNaN(value))
        .toArray();
  }

  private double slope(Metric metric, int t, int length) {
    double n = 0;
    double sumT = 0;
    double sumX = 0;
    for (int i = Math.max(0, t - length + 1); i <= t; i++) {
      double x = history.get(i).get(metric);
      if (!Double.isNaN(x)) {
        n++;
        sumT += i;
        sumX += x;
      }
    }
    double top = 0;
    double bottom = 0;
    for (int i = Math.max(0, t - length + 1); i <= t; i++) {
      double x = history.get(i).get(metric);
      if (!Double.isNaN(x)) {
        top += (i - sumT / n) * (x - sumX / n);
        bottom += (i - sumT / n) * (i - sumT / n);
      }
    }
    return n < SlidingWindow.TREND_MIN ? Double.NaN : top / bottom;
  }

  private static double mean(double[] values) {
    return values.length == 0
        ? Double.NaN
        : IntStream.range(0, values.length).mapToDouble(i -> values[i]).average().orElseThrow();
  }

  private static double max(double[] values) {
    double max = Double.NaN;
    for (double value : values) {
      max = Double.isNaN(max) ? value : Math.max(max, value);
    }
    return max;
  }

  private static double[] negated(double[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> -values[i]).toArray();
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / values.length);
  }
}
