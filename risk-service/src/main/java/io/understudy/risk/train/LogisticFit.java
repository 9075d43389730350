package io.understudy.risk.train;

import io.understudy.risk.score.Logistic;

/**
 * Logistic regression on one signal by Newton's method, lightly ridged so that a signal that
 * separates perfectly stays finite.
 *
 * @param intercept log odds at 0
 * @param slope log odds per unit, never negative
 */
record LogisticFit(double intercept, double slope) {
  private static final int STEPS = 50;
  private static final double RIDGE = 1e-3;

  static LogisticFit of(double[] signal, Question question) {
    double intercept = Logistic.logOdds(Math.clamp(question.baseRate(), 1e-6, 1 - 1e-6));
    double slope = 0;
    for (int step = 0; step < STEPS; step++) {
      double gradient0 = -RIDGE * intercept;
      double gradient1 = -RIDGE * slope;
      double curvature00 = RIDGE;
      double curvature01 = 0;
      double curvature11 = RIDGE;
      for (int i = 0; i < signal.length; i++) {
        double p = Logistic.probability(intercept + slope * signal[i]);
        double error = question.weights()[i] * (question.answers()[i] - p);
        double w = question.weights()[i] * p * (1 - p);
        gradient0 += error;
        gradient1 += error * signal[i];
        curvature00 += w;
        curvature01 += w * signal[i];
        curvature11 += w * signal[i] * signal[i];
      }
      double determinant = curvature00 * curvature11 - curvature01 * curvature01;
      double by0 = (curvature11 * gradient0 - curvature01 * gradient1) / determinant;
      double by1 = (curvature00 * gradient1 - curvature01 * gradient0) / determinant;
      intercept += Math.clamp(by0, -2, 2);
      slope = Math.max(0, slope + Math.clamp(by1, -2, 2));
    }
    return new LogisticFit(intercept, slope);
  }
}
