package io.understudy.risk.score;

import io.understudy.risk.feature.Sample;
import java.util.Arrays;

/**
 * Turns the heads' probabilities of one endpoint into its one score, tick by tick.
 *
 * <p>A breach within 30 samples is also one within 120, so the score is the largest head's, not a
 * sum. What a head says counts once it lasts: the nowcast (the first head) by the median of its
 * last three answers, so that one odd sample never alarms and a real change shows one tick later; a
 * forecast by the least of them, because a precursor that comes and goes is none.
 */
public final class EndpointRisk {
  /** Before this many samples a score would be noise. */
  public static final int WARM_UP_SAMPLES = 20;

  /** What is said about an endpoint that nothing is known about. */
  public static final double UNKNOWN = 0.02;

  private static final double DEAD = 0.99;
  private static final int REMEMBERED = 3;

  private final double[][] recent;
  private int next;
  private int deadInARow;

  /**
   * A new endpoint.
   *
   * @param heads how many there are, the nowcast first
   */
  public EndpointRisk(int heads) {
    recent = new double[heads][REMEMBERED];
    for (double[] ofHead : recent) {
      Arrays.fill(ofHead, UNKNOWN);
    }
  }

  /**
   * The next tick.
   *
   * @param probabilities calibrated, one per head
   * @param sample what they were computed from
   * @param warmingUp whether too little has been seen of the endpoint
   * @throws IllegalArgumentException if a probability is not one
   */
  public Estimate next(double[] probabilities, Sample sample, boolean warmingUp) {
    deadInARow = sample.dead() ? deadInARow + 1 : 0;
    for (int head = 0; head < recent.length; head++) {
      recent[head][next] = warmingUp ? UNKNOWN : checked(head, probabilities[head]);
    }
    next = (next + 1) % REMEMBERED;
    if (deadInARow > 1) {
      return new Estimate(DEAD, 0, Estimate.Certainty.DEAD);
    }
    if (warmingUp) {
      return new Estimate(UNKNOWN, 0, Estimate.Certainty.WARMING_UP);
    }
    return strongest();
  }

  private Estimate strongest() {
    Estimate strongest = new Estimate(lasting(0), 0, Estimate.Certainty.SCORED);
    for (int head = 1; head < recent.length; head++) {
      double score = lasting(head);
      if (score > strongest.score()) {
        strongest = new Estimate(score, head, Estimate.Certainty.SCORED);
      }
    }
    return strongest;
  }

  private double lasting(int head) {
    double[] ordered = recent[head].clone();
    Arrays.sort(ordered);
    return head == 0 ? ordered[REMEMBERED / 2] : ordered[0];
  }

  private static double checked(int head, double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "head " + head + " answered " + probability + ", which is not a probability in [0,1]");
    }
    return probability;
  }
}
