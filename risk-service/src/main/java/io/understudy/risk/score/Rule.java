package io.understudy.risk.score;

import java.util.List;

/**
 * The best simple rule: what an operator would alert on, as log odds. Trees start from it, so the
 * model is never far below it.
 *
 * @param name what it looks at, for people
 * @param columns features of which the largest counts; more is never better
 * @param intercept log odds at 0
 * @param slope log odds per unit, never negative
 */
public record Rule(String name, List<Integer> columns, double intercept, double slope) {
  public Rule {
    if (columns.isEmpty() || !(slope >= 0) || !Double.isFinite(intercept + slope)) {
      throw new IllegalArgumentException(
          "rule '" + name + "' needs features, a finite intercept and a slope of at least 0");
    }
    columns = List.copyOf(columns);
  }

  /** Largest of the rule's features in a row; 0 if all are missing. */
  public static double signal(List<Integer> columns, float[] matrix, int offset) {
    float signal = matrix[offset + loudest(columns, matrix, offset)];
    return Float.isNaN(signal) ? 0 : signal;
  }

  /** Log odds of a row. */
  public double margin(float[] matrix, int offset) {
    return intercept + slope * signal(columns, matrix, offset);
  }

  /** The column that speaks for this rule in a row. */
  public int decisive(float[] matrix, int offset) {
    return loudest(columns, matrix, offset);
  }

  private static int loudest(List<Integer> columns, float[] matrix, int offset) {
    int loudest = columns.getFirst();
    for (int column : columns) {
      float value = matrix[offset + column];
      float best = matrix[offset + loudest];
      if (Float.isNaN(best) || value > best) {
        loudest = column;
      }
    }
    return loudest;
  }
}
