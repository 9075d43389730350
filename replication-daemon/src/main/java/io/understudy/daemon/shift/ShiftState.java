package io.understudy.daemon.shift;

import java.time.Instant;

/** Where a service's shift stands. Each state holds only what is valid in it. */
public sealed interface ShiftState {

  /** Steps taken so far, over all cohorts in their order; 0 while nobody moved. */
  int step();

  /** The gateway knows nothing of us. */
  record Calm() implements ShiftState {
    @Override
    public int step() {
      return 0;
    }
  }

  /**
   * The gateway is prepared, nobody moved.
   *
   * @param since when it was armed
   * @param lastRisky when the risk was last not calm
   */
  record Armed(Instant since, Instant lastRisky) implements ShiftState {
    @Override
    public int step() {
      return 0;
    }
  }

  /**
   * Users are on the shadow.
   *
   * @param step steps taken, at least 1
   * @param since when this step came into force
   * @param lastRisky when the risk was last not calm
   */
  record Shifted(int step, Instant since, Instant lastRisky) implements ShiftState {
    public Shifted {
      requireStep(step);
    }
  }

  /**
   * Users move back, step by step.
   *
   * @param step steps still in force, at least 1
   * @param since when this step came into force
   */
  record MovingBack(int step, Instant since) implements ShiftState {
    public MovingBack {
      requireStep(step);
    }
  }

  private static void requireStep(int step) {
    if (step < 1) {
      throw new IllegalArgumentException("step " + step + " serves nobody: that is Armed");
    }
  }
}
