package io.understudy.risk.simulate;

/**
 * The live set as the last collection saw it: it grows to a plateau while the process warms up, and
 * garbage that survived young collections comes and goes like a sawtooth.
 */
final class Heap {
  private static final double SPIRAL_FROM = 0.8;
  private static final double IDLE_RATE = 0.05;

  private final Dice dice;
  private final Traits traits;
  private final double floatingNoise;
  private final double bornWith;
  private double seen;
  private double sinceCollection;
  private double sawtoothPhase;

  Heap(Dice dice, Traits traits) {
    this.dice = dice;
    this.traits = traits;
    floatingNoise = dice.spread(0.0005, 0.02);
    bornWith = dice.between(0.2, 0.8);
    sawtoothPhase = dice.between(0, 1);
    seen = traits.plateau() * bornWith;
  }

  /**
   * What fills the heap in a sample.
   *
   * @param share part of the demand that is served, 0..1
   * @param leaked part of the heap that will never be given back, 0..1
   */
  record Use(double share, double leaked) {}

  /**
   * The next sample.
   *
   * @param age samples since the process started or was last without work
   */
  double next(int age, Use use) {
    double leaked = use.leaked();
    sawtoothPhase = (sawtoothPhase + 1 / traits.sawtoothPeriod()) % 1;
    sinceCollection += IDLE_RATE + (1 - IDLE_RATE) * use.share() + leaked * 3;
    if (sinceCollection >= traits.collectEvery()) {
      sinceCollection %= traits.collectEvery();
      double warm = 1 - (1 - bornWith) * StrictMath.exp(-age / (1.5 * traits.warmUp()));
      double live = traits.plateau() * warm + traits.sawtooth() * sawtoothPhase;
      double kept = live + (0.99 - Math.min(live, 0.9)) * leaked;
      seen = Math.clamp(kept + floatingNoise * Math.abs(dice.gauss()), 0.01, 0.995);
    }
    return seen;
  }

  /** Part of the time the collector takes: it explodes as room for garbage vanishes. */
  double collectorShare() {
    double calm = traits.collectorShare() * (1 - traits.plateau()) / Math.max(0.01, 1 - seen);
    double spiral = Math.max(0, seen - SPIRAL_FROM) / (1 - SPIRAL_FROM);
    return Math.min(0.9, calm * dice.between(0.6, 1.4) + 0.8 * spiral * spiral * spiral);
  }

  void restart() {
    seen = traits.plateau() * bornWith;
  }
}
