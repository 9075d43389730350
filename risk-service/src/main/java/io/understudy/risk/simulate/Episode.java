package io.understudy.risk.simulate;

/**
 * One fault in an endpoint's life.
 *
 * @param fault what goes wrong
 * @param start sample of the injection; the label is the breach that follows, not this
 * @param growth samples from there until it is fully grown
 * @param exponent shape of the growth: 1 straight, below concave, above convex
 * @param healsAt part of the growth after which it goes away by itself, above 1 if it does not
 * @param hold samples from full growth until the process is restarted
 */
record Episode(Fault fault, int start, int growth, double exponent, double healsAt, int hold) {
  private static final double SELF_HEALING = 0.12;

  static Episode roll(Dice dice, Fault fault, int start) {
    int growth = fault == Fault.CRASH ? 1 : (int) dice.spread(25, 450);
    double exponent = dice.chance(0.5) ? 1 : dice.between(0.6, 1.8);
    boolean heals = fault != Fault.CRASH && dice.chance(SELF_HEALING);
    double healsAt = heals ? dice.between(0.2, 0.6) : 2;
    return new Episode(fault, start, growth, exponent, healsAt, 25 + dice.pick(40));
  }

  int end() {
    return healsAt < 1 ? start + (int) (growth * healsAt) : start + growth + hold;
  }

  boolean healsItself() {
    return healsAt < 1;
  }

  /** How far it has grown at {@code time}: 0 before, 1 when full. */
  double severity(int time) {
    if (time < start || time >= end()) {
      return 0;
    }
    return StrictMath.pow(Math.min(1, (time - start + 1.0) / growth), exponent);
  }
}
