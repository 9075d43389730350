package io.understudy.daemon.protocol.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.protocol.PlantedBug;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A simulation that finds nothing proves something only if it would have found it. */
class PlantedBugTest {
  private static final int SEEDS = 500;
  private static final int EVENTS = 1_000;

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void everyBrokenRuleIsFoundWithin500Seeds(PlantedBug bug) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Simulation simulation = new Simulation(seed, bug, new Coverage());
      try {
        simulation.run(EVENTS);
      } catch (Violation found) {
        System.out.println(bug + ": seed " + seed + " at event " + simulation.events());
        assertThat(found.invariant())
            .isIn("I1", "I2", "I3", "I4", "I6", "I8", "durability", "lost");
        return;
      }
    }
    throw new AssertionError(bug + " was not found");
  }
}
