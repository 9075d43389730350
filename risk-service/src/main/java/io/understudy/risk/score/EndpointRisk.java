package io.understudy.risk.score;

import io.understudy.risk.feature.Sample;
import java.util.Arrays;

/**
 * Turns the heads' probabilities of one endpoint into its one score, tick by tick.
 *
 * <p>A breach within 30 samples is also one within 120, so the score is the largest head's, not a
 * sum. What a head says counts once it lasts, and then as the least of what it said: of its last
 * three answers for the nowcast (the first head), so that a stall or two never alarms and a real
 * change shows two ticks later; of its last five for a forecast, because a precursor that comes and
 * goes is none.
 */
public final class EndpointRisk {
  /** Before this many samples a score would be noise. */
  public static final int WARM_UP_SAMPLES = 20;

  /** What is said about an endpoint that nothing is known about. */
  public static final double UNKNOWN = 0.02;

  /**
   * A trend is not believed before it lies wholly behind the start of the process: while a process
   * warms up, everything about it grows.
   */
  public static final int TREND_SAMPLES = 60;

  private static final double DEAD = 0.99;
  private static final int NOWCAST_MEMORY = 3;
  private static final int FORECAST_MEMORY = 5;

  /** How much has been seen of an endpoint. */
  public enum Maturity {
    /** Too little to say anything. */
    NEW,
    /** Enough to tell trouble that is there, not yet trouble that is coming. */
    YOUNG,
    /** Everything. */
    MATURE;

    /** Maturity of an endpoint after so many samples, of a process of that age. */
    public static Maturity of(long samples, int processAge) {
      return of(samples, processAge, TREND_SAMPLES);
    }

    /** The same, where a trend is believed only of processes older than {@code trendSamples}. */
    public static Maturity of(long samples, int processAge, int trendSamples) {
      if (samples <= WARM_UP_SAMPLES) {
        return NEW;
      }
      return processAge <= trendSamples ? YOUNG : MATURE;
    }

    boolean admits(int head) {
      return this == MATURE || (this == YOUNG && head == 0);
    }
  }

  private final double[][] recent;
  private long ticks;
  private int deadInARow;

  /**
   * A new endpoint.
   *
   * @param heads how many there are, the nowcast first
   */
  public EndpointRisk(int heads) {
    recent = new double[heads][];
    for (int head = 0; head < heads; head++) {
      recent[head] = new double[head == 0 ? NOWCAST_MEMORY : FORECAST_MEMORY];
      Arrays.fill(recent[head], UNKNOWN);
    }
  }

  /**
   * The next tick.
   *
   * @param probabilities calibrated, one per head
   * @param sample what they were computed from
   * @param maturity how much has been seen of the endpoint
   * @throws IllegalArgumentException if a probability is not one
   */
  public Estimate next(double[] probabilities, Sample sample, Maturity maturity) {
    deadInARow = sample.dead() ? deadInARow + 1 : 0;
    for (int head = 0; head < recent.length; head++) {
      double probability = checked(head, probabilities[head]);
      recent[head][(int) (ticks % recent[head].length)] =
          maturity.admits(head) ? probability : UNKNOWN;
    }
    ticks++;
    if (deadInARow > 1) {
      return new Estimate(DEAD, 0, Estimate.Certainty.DEAD);
    }
    if (maturity == Maturity.NEW) {
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
    return Arrays.stream(recent[head]).min().orElse(UNKNOWN);
  }

  private static double checked(int head, double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "head " + head + " answered " + probability + ", which is not a probability in [0,1]");
    }
    return probability;
  }
}
