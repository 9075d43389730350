package io.understudy.risk.train;

import io.understudy.risk.score.Rule;
import java.util.List;

/** A matrix with an answer (0 or 1) and a weight per row. */
final class Question {
  private final float[] matrix;
  private final float[] answers;
  private final float[] weights;

  Question(float[] matrix, float[] answers, float[] weights) {
    this.matrix = matrix;
    this.answers = answers;
    this.weights = weights;
  }

  int rows() {
    return answers.length;
  }

  float[] matrix() {
    return matrix;
  }

  float[] answers() {
    return answers;
  }

  float[] weights() {
    return weights;
  }

  /** The signal of some columns in every row. */
  double[] signals(List<Integer> columns) {
    double[] signals = new double[rows()];
    for (int row = 0; row < signals.length; row++) {
      signals[row] = Rule.signal(columns, matrix, row * Rows.WIDTH);
    }
    return signals;
  }

  /** The margin of a rule in every row. */
  float[] margins(Rule rule) {
    float[] margins = new float[rows()];
    for (int row = 0; row < margins.length; row++) {
      margins[row] = (float) rule.margin(matrix, row * Rows.WIDTH);
    }
    return margins;
  }

  double baseRate() {
    double positive = 0;
    double all = 0;
    for (int row = 0; row < rows(); row++) {
      positive += answers[row] * weights[row];
      all += weights[row];
    }
    return positive / all;
  }
}
