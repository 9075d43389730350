package io.understudy.model;

/**
 * Share as a straight line over risk: nobody at or below {@code start}, everybody at or above
 * {@code full}.
 *
 * @param start risk score in [0,1) where the first user may move
 * @param full risk score in (start,1] from where all users may move
 */
public record Ramp(double start, double full) {
  public Ramp {
    if (!(start >= 0 && start < full && full <= 1)) {
      throw new IllegalArgumentException(
          "ramp " + start + ".." + full + " is not 0 <= start < full <= 1");
    }
  }

  /**
   * The share that a risk score allows.
   *
   * @param score risk score in [0,1]
   */
  public Share at(double score) {
    RiskScore.requireProbability("score", score);
    if (score <= start) {
      return Share.NONE;
    }
    if (score >= full) {
      return Share.ALL;
    }
    return new Share((int) ((score - start) / (full - start) * Share.WHOLE));
  }
}
