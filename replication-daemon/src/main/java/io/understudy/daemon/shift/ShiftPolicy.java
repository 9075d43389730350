package io.understudy.daemon.shift;

import io.understudy.model.Cohort;
import io.understudy.model.Ramp;
import io.understudy.model.Share;
import java.time.Duration;
import java.util.List;

/**
 * When and how fast users move.
 *
 * @param arm risk score from which on the gateway is prepared, 0..1
 * @param threshold risk score from which on users move, 0..1
 * @param leave risk score below which a calm period counts, 0..1; below {@code arm}, so that noise
 *     around one level changes nothing
 * @param ramp upper bound of every share by risk for gateways whose plan has gone stale
 * @param bake time that a step must be in force before the next one
 * @param calm time the risk must stay below {@code leave} before users move back
 * @param back time between the steps of a way back
 * @param lagMax replication lag of the shadow above which no further user moves
 * @param errorRatioMax failed requests per request of the shadow above which users move back, 0..1
 * @param stages cohorts in the order in which they move
 */
public record ShiftPolicy(
    double arm,
    double threshold,
    double leave,
    Ramp ramp,
    Duration bake,
    Duration calm,
    Duration back,
    Duration lagMax,
    double errorRatioMax,
    List<Stage> stages) {

  public ShiftPolicy {
    stages = List.copyOf(stages);
    if (!(leave < arm && arm <= threshold)) {
      throw new IllegalArgumentException(
          "leave " + leave + " < arm " + arm + " <= threshold " + threshold + " does not hold");
    }
    if (stages.isEmpty()) {
      throw new IllegalArgumentException("a shift needs at least one cohort");
    }
  }

  /**
   * One cohort's way to the shadow.
   *
   * @param cohort who; its own share is not used
   * @param steps growing shares, the last one is the cohort's ceiling
   */
  public record Stage(Cohort cohort, List<Share> steps) {
    public Stage {
      steps = List.copyOf(steps);
      if (steps.isEmpty()) {
        throw new IllegalArgumentException("cohort " + cohort.name() + " has no steps");
      }
      for (int i = 0; i < steps.size(); i++) {
        Share below = i == 0 ? Share.NONE : steps.get(i - 1);
        if (steps.get(i).compareTo(below) <= 0) {
          throw new IllegalArgumentException(
              "steps of cohort " + cohort.name() + " do not grow: " + steps.get(i).basisPoints());
        }
      }
    }
  }
}
