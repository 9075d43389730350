package io.understudy.risk.simulate;

import java.util.ArrayList;
import java.util.List;

/**
 * What makes one endpoint different from another. Everything in parts of the objective or of a
 * resource, and in samples.
 *
 * @param requests mean requests per sample
 * @param median median latency when calm
 * @param sigma log-normal shape of the latency
 * @param utilisation load over capacity when calm
 * @param outliers chance per sample that one request is far too slow for no reason
 * @param loadSwing amplitude of the daily swing, 0..1
 * @param loadPeriod length of a day
 * @param collectEvery samples between collections
 * @param plateau live set of the warm process
 * @param sawtooth amplitude of garbage that survives young collections for a while
 * @param sawtoothPeriod samples until that garbage goes
 * @param collectorShare time share of the collector when calm
 * @param pool size of the connection pool
 * @param poolUse part of it in use when calm
 * @param warmUp time constant of compiling and filling caches
 * @param warmUpCost how many times slower the first requests are
 * @param connectMillis connect time when calm
 * @param noisy chance per sample that a neighbour starts to take the processor
 * @param bounds upper bounds of the latency histogram
 */
record Traits(
    double requests,
    double median,
    double sigma,
    double utilisation,
    double outliers,
    double loadSwing,
    double loadPeriod,
    double collectEvery,
    double plateau,
    double sawtooth,
    double sawtoothPeriod,
    double collectorShare,
    int pool,
    double poolUse,
    double warmUp,
    double warmUpCost,
    double connectMillis,
    double noisy,
    List<Double> bounds) {

  private static final double P99 = 2.33;
  // Nobody who can choose puts an objective inside a bucket, where it cannot be told.
  private static final double[] OBJECTIVES_SECONDS = {.1, .25, .5, 1};
  private static final double[] COARSE_SECONDS = {
    .005, .01, .025, .05, .075, .1, .25, .5, .75, 1, 2.5, 5, 7.5, 10
  };
  private static final double[] FINE_SECONDS = {
    .001, .002, .003, .005, .0075, .01, .015, .02, .03, .05, .075, .1, .15, .2, .25, .3, .4, .5,
    .75, 1, 1.5, 2, 3, 5
  };

  /**
   * An endpoint of the population.
   *
   * @param shift how far every parameter is moved from the population's, 0 for none
   */
  static Traits roll(Dice dice, double shift) {
    double sigma = dice.between(0.3, 0.8);
    double p99 = dice.spread(0.03, 0.3) * moved(dice, shift);
    return new Traits(
        dice.spread(10, 1500) * moved(dice, shift),
        p99 / StrictMath.exp(P99 * sigma),
        sigma,
        dice.between(0.03, 0.22) * moved(dice, shift),
        dice.spread(0.001, 0.08) * moved(dice, shift),
        dice.between(0, 0.3),
        dice.spread(300, 4000) * moved(dice, shift),
        dice.spread(0.3, 40) * moved(dice, shift),
        Math.min(0.6, dice.between(0.08, 0.5) * moved(dice, shift)),
        dice.chance(0.5) ? dice.between(0, 0.2) : 0,
        dice.spread(40, 600) * moved(dice, shift),
        dice.spread(0.0005, 0.03) * moved(dice, shift),
        5 + dice.pick(100),
        Math.min(0.6, dice.between(0.02, 0.45) * moved(dice, shift)),
        dice.spread(4, 80) * moved(dice, shift),
        dice.spread(1.1, 4) * moved(dice, shift),
        dice.spread(0.15, 5) * moved(dice, shift),
        dice.spread(0.0005, 0.02) * moved(dice, shift),
        bounds(dice));
  }

  private static double moved(Dice dice, double shift) {
    return dice.between(1 - shift, 1 + shift);
  }

  private static List<Double> bounds(Dice dice) {
    double objectiveSeconds = OBJECTIVES_SECONDS[dice.pick(OBJECTIVES_SECONDS.length)];
    double[] seconds = dice.chance(0.5) ? COARSE_SECONDS : FINE_SECONDS;
    List<Double> bounds = new ArrayList<>();
    for (double second : seconds) {
      bounds.add(second / objectiveSeconds);
    }
    bounds.add(Double.POSITIVE_INFINITY);
    return List.copyOf(bounds);
  }
}
