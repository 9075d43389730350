package io.understudy.risk.simulate;

/**
 * Which part of the demand reaches an endpoint. Most serve all of theirs; some stand by and serve
 * nothing; some are shifted to and away from, at once or step by step.
 */
final class Traffic {
  private static final double ALWAYS_SERVING = 0.72;
  private static final double ALWAYS_STANDING_BY = 0.08;
  private static final double BACK_TO_IDLE = 0.8;
  private static final double STEP_UP = 0.5;

  private final Dice dice;
  private final boolean shifted;
  private double share;
  private double target;
  private double step;
  private int untilStep;
  private int left;

  Traffic(Dice dice) {
    this.dice = dice;
    double kind = dice.between(0, 1);
    share = kind < ALWAYS_SERVING ? 1 : 0;
    shifted = kind >= ALWAYS_SERVING + ALWAYS_STANDING_BY;
    target = share;
    left = 30 + dice.pick(200);
  }

  /** Whether it may be without work: no fault befalls it. */
  boolean standsBy() {
    return shifted || target == 0;
  }

  /** The part of the demand in the next sample, 0..1. */
  double next() {
    if (shifted) {
      if (left-- <= 0) {
        turn();
      }
      approach();
    }
    return share;
  }

  private void turn() {
    boolean served = target > 0;
    target = served && dice.chance(BACK_TO_IDLE) ? 0 : dice.between(0.2, 1);
    step = dice.chance(STEP_UP) ? dice.between(0.05, 0.5) : 1;
    left = (int) dice.spread(60, 600);
    untilStep = 0;
  }

  private void approach() {
    if (share == target || untilStep-- > 0) {
      return;
    }
    share = share < target ? Math.min(target, share + step) : Math.max(target, share - step);
    untilStep = 8 + dice.pick(40);
  }
}
