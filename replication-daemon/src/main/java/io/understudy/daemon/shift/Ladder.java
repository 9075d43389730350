package io.understudy.daemon.shift;

import io.understudy.daemon.shift.ShiftPolicy.Stage;
import io.understudy.model.Cohort;
import io.understudy.model.Share;
import java.util.ArrayList;
import java.util.List;

/**
 * The steps of all cohorts in one row: the first cohort climbs to its ceiling, then the second, and
 * so on. A single number therefore says how far a shift is, and going back is counting down.
 */
public final class Ladder {
  private final List<Stage> stages;

  public Ladder(List<Stage> stages) {
    this.stages = List.copyOf(stages);
  }

  /** Number of steps from nobody to everybody's ceiling. */
  public int height() {
    return stages.stream().mapToInt(stage -> stage.steps().size()).sum();
  }

  /**
   * The cohorts with their shares after {@code step} steps.
   *
   * @param step 0 to {@link #height}
   */
  public List<Cohort> at(int step) {
    List<Cohort> cohorts = new ArrayList<>(stages.size());
    int left = step;
    for (Stage stage : stages) {
      int taken = Math.min(left, stage.steps().size());
      cohorts.add(stage.cohort().withShare(taken == 0 ? Share.NONE : stage.steps().get(taken - 1)));
      left -= taken;
    }
    if (left != 0) {
      throw new IllegalArgumentException("step " + step + " is not in 0.." + height());
    }
    return List.copyOf(cohorts);
  }
}
