package io.understudy.risk.train;

import io.understudy.risk.feature.EndpointFeatures;
import io.understudy.risk.feature.FeatureSchema;
import io.understudy.risk.score.EndpointRisk;
import io.understudy.risk.train.Incidents.Label;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Rows of many lives with what happened after them. Uneventful rows are thinned and weigh more:
 * they are nearly all there is, and nearly all alike.
 */
final class Rows {
  static final int WIDTH = FeatureSchema.CURRENT.width();

  private static final int UNEVENTFUL_KEPT = 6;

  private final List<Integer> horizons;
  private final SplittableRandom thinning;
  private final List<Row> rows = new ArrayList<>();
  private int incidents;

  /**
   * One row.
   *
   * @param features its columns
   * @param labels the nowcast's, then each forecast's
   * @param weight how many rows it stands for
   */
  @SuppressWarnings("ArrayRecordComponent") // hundreds of thousands of rows, never compared
  record Row(float[] features, List<Label> labels, float weight) {}

  Rows(List<Integer> horizons, long seed) {
    this.horizons = horizons;
    this.thinning = new SplittableRandom(seed);
  }

  void add(Life life) {
    EndpointFeatures features = new EndpointFeatures();
    incidents += life.incidents().all().size();
    for (int t = 0; t < life.moments().size(); t++) {
      features.accept(life.moments().get(t).sample());
      boolean young = life.moments().get(t).age() < EndpointRisk.WARM_UP_SAMPLES;
      if (young || features.samples() < EndpointRisk.WARM_UP_SAMPLES) {
        continue;
      }
      List<Label> labels = labels(life.incidents(), t);
      boolean eventful = labels.contains(Label.YES);
      if (eventful || thinning.nextInt(UNEVENTFUL_KEPT) == 0) {
        float[] row = new float[WIDTH];
        features.write(row, 0);
        rows.add(new Row(row, labels, eventful ? 1 : UNEVENTFUL_KEPT));
      }
    }
  }

  int incidents() {
    return incidents;
  }

  /** The rows that one head is asked about. */
  Question question(int head) {
    List<Row> asked = rows.stream().filter(r -> r.labels().get(head) != Label.LEFT_OUT).toList();
    float[] matrix = new float[asked.size() * WIDTH];
    float[] answers = new float[asked.size()];
    float[] weights = new float[asked.size()];
    for (int i = 0; i < asked.size(); i++) {
      System.arraycopy(asked.get(i).features(), 0, matrix, i * WIDTH, WIDTH);
      answers[i] = asked.get(i).labels().get(head) == Label.YES ? 1 : 0;
      weights[i] = asked.get(i).weight();
    }
    return new Question(matrix, answers, weights);
  }

  private List<Label> labels(Incidents of, int time) {
    List<Label> labels = new ArrayList<>();
    labels.add(of.nowcast(time));
    for (int horizon : horizons) {
      labels.add(of.forecast(time, horizon));
    }
    return labels;
  }
}
