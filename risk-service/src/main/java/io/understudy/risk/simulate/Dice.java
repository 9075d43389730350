package io.understudy.risk.simulate;

import java.util.SplittableRandom;

/**
 * Seeded randomness of one endpoint. StrictMath everywhere, so that a seed means the same on every
 * processor.
 */
final class Dice {
  private final SplittableRandom random;

  Dice(long seed) {
    random = new SplittableRandom(seed);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  double between(double low, double high) {
    return low + (high - low) * random.nextDouble();
  }

  /** Spread evenly over orders of magnitude. */
  double spread(double low, double high) {
    return low * StrictMath.exp(random.nextDouble() * StrictMath.log(high / low));
  }

  double gauss() {
    return random.nextGaussian();
  }

  int pick(int count) {
    return random.nextInt(count);
  }

  /** Poisson by Knuth's product for small means and by the normal limit for large ones. */
  int count(double mean) {
    if (mean > 30) {
      return (int) Math.max(0, StrictMath.round(mean + StrictMath.sqrt(mean) * gauss()));
    }
    double limit = StrictMath.exp(-mean);
    double product = random.nextDouble();
    int count = 0;
    while (product > limit) {
      product *= random.nextDouble();
      count++;
    }
    return count;
  }
}
