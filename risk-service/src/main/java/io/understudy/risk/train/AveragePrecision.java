package io.understudy.risk.train;

import java.util.Comparator;
import java.util.stream.IntStream;

/** Area under the precision-recall curve, as average precision; ties count as one threshold. */
final class AveragePrecision {
  private AveragePrecision() {}

  static double of(double[] scores, float[] answers, float[] weights) {
    int[] order =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -scores[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double positives = 0;
    for (int i = 0; i < scores.length; i++) {
      positives += answers[i] * weights[i];
    }
    double area = 0;
    double hits = 0;
    double all = 0;
    double recall = 0;
    for (int at = 0; at < order.length; at++) {
      hits += answers[order[at]] * weights[order[at]];
      all += weights[order[at]];
      boolean tied = at + 1 < order.length && scores[order[at + 1]] == scores[order[at]];
      if (!tied && positives > 0) {
        area += (hits / positives - recall) * hits / all;
        recall = hits / positives;
      }
    }
    return area;
  }
}
