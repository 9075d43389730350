package io.understudy.risk.score;

/** Log odds and probabilities. */
public final class Logistic {
  private Logistic() {}

  public static double probability(double logOdds) {
    return 1 / (1 + StrictMath.exp(-logOdds));
  }

  public static double logOdds(double probability) {
    return StrictMath.log(probability / (1 - probability));
  }
}
