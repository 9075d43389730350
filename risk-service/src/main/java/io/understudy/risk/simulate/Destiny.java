package io.understudy.risk.simulate;

import java.util.ArrayList;
import java.util.List;

/** Which faults an endpoint will suffer: about one in 1,000 samples, a third of them leaks. */
final class Destiny {
  private static final int QUIET_MIN = 40;
  private static final double QUIET_MEAN = 1000;
  private static final double SPARED = 0.25;
  // Leaks differ most: in pace, shape, size of the heap and how often one sees it.
  private static final double LEAK = 0.2;

  private final Dice dice;

  Destiny(Dice dice) {
    this.dice = dice;
  }

  List<Episode> episodes(int length) {
    List<Episode> episodes = new ArrayList<>();
    if (dice.chance(SPARED)) {
      return episodes;
    }
    int time = quiet();
    while (time < length) {
      Episode next = Episode.roll(dice, fault(), time);
      episodes.add(next);
      time = next.end() + quiet();
    }
    return episodes;
  }

  private int quiet() {
    return QUIET_MIN + (int) (-QUIET_MEAN * StrictMath.log(1 - dice.between(0, 1)));
  }

  private Fault fault() {
    if (dice.chance(LEAK)) {
      return Fault.LEAK;
    }
    Fault[] faults = Fault.values();
    return faults[dice.pick(faults.length)];
  }
}
