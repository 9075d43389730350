package io.understudy.risk.score;

/**
 * The risk of one endpoint in one tick.
 *
 * @param score calibrated probability of a breach within the horizon, 0..1
 * @param head index of the head that says so
 * @param certainty how it came about
 */
public record Estimate(double score, int head, Certainty certainty) {
  /** How a score came about. */
  public enum Certainty {
    /** Too few samples to know anything. */
    WARMING_UP,
    /** The model said so. */
    SCORED,
    /** The endpoint answers nobody: no model is needed. */
    DEAD
  }
}
