package io.understudy.daemon.protocol.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.protocol.PlantedBug;
import org.junit.jupiter.api.Test;

/**
 * Runs many seeds. One seed again: {@code -Dsim.seed=N}; other amounts: {@code -Dsim.seeds=N},
 * {@code -Dsim.events=N}.
 */
class SimulationTest {
  private static final int SEEDS = Integer.getInteger("sim.seeds", 10_000);
  private static final int EVENTS = Integer.getInteger("sim.events", 1_000);

  @Test
  void invariantsHoldAfterEveryEventOfEverySeed() {
    Coverage coverage = new Coverage();
    long only = Long.getLong("sim.seed", -1L);
    long first = Math.max(only, 0);
    long last = only >= 0 ? only : SEEDS - 1L;
    for (long seed = first; seed <= last; seed++) {
      Simulation simulation = new Simulation(seed, PlantedBug.NONE, coverage);
      try {
        simulation.run(EVENTS);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError(
            "seed " + seed + " at event " + simulation.events() + "; again: -Dsim.seed=" + seed, e);
      }
    }
    System.out.println(coverage.milestones());
    for (Fault fault : Fault.values()) {
      System.out.println(fault + " " + coverage.count(fault));
    }
    assertThat(coverage.milestones()).containsKey("Opened");
  }
}
