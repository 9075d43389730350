package io.understudy.risk.simulate;

/** Demand relative to the calm mean: a daily swing, noise with memory, and benign spikes. */
final class Load {
  private static final double MEMORY = 0.9;

  private final Dice dice;
  private final Traits traits;
  private final double phase;
  private final double noise;
  private double wander;
  private double spike;
  private double spikeDecay;

  Load(Dice dice, Traits traits) {
    this.dice = dice;
    this.traits = traits;
    phase = dice.between(0, 2 * StrictMath.PI);
    noise = dice.between(0.01, 0.08);
  }

  double next(int time) {
    wander = MEMORY * wander + noise * dice.gauss();
    if (dice.chance(0.002)) {
      spike = dice.between(0.2, 0.7);
      spikeDecay = dice.between(0.7, 0.97);
    }
    spike *= spikeDecay;
    double day = StrictMath.sin(2 * StrictMath.PI * time / traits.loadPeriod() + phase);
    return (1 + traits.loadSwing() * day) * StrictMath.exp(wander) * (1 + spike);
  }
}
