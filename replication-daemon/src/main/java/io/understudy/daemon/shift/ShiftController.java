package io.understudy.daemon.shift;

import io.understudy.daemon.shift.ShiftInputs.ShadowHealth;
import io.understudy.daemon.shift.ShiftState.Armed;
import io.understudy.daemon.shift.ShiftState.Calm;
import io.understudy.daemon.shift.ShiftState.MovingBack;
import io.understudy.daemon.shift.ShiftState.Shifted;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/**
 * Decides the next step of a shift. Pure: the same state, inputs and time give the same answer.
 *
 * <pre>
 *   Calm --risk >= arm--> Armed --risk >= threshold, shadow fit--> Shifted(1) --bake--> Shifted(n)
 *    ^                     |  ^                                        |
 *    +--calm for a while---+  +----- MovingBack(1..n-1) <--calm for a while, or shadow errs
 * </pre>
 *
 * <p>Anything unknown holds: without a score no user moves in either direction. A shadow that is
 * gone or no longer in sync serves nobody from the next decision on, because a step down on the way
 * back would still show its users a copy that stands still.
 */
public final class ShiftController {
  private final ShiftPolicy policy;
  private final int top;

  public ShiftController(ShiftPolicy policy) {
    this.policy = policy;
    this.top = new Ladder(policy.stages()).height();
  }

  /**
   * A decision and why it was taken.
   *
   * @param state the next state, the same object if nothing changed
   * @param cause the reason of a change, or what a hold waits for
   */
  public record Next(ShiftState state, String cause) {}

  public Next next(ShiftState state, ShiftInputs inputs, OperatorOrder order, Instant now) {
    if (state.step() > 0 && inputs.shadow().isEmpty()) {
      return new Next(new Armed(now, now), "the shadow is not in sync any more");
    }
    if (!(order instanceof OperatorOrder.None)) {
      return new Next(state, "an operator's order is in force");
    }
    if (inputs.risk().isEmpty()) {
      return new Next(state, "the risk is unknown");
    }
    double risk = inputs.risk().getAsDouble();
    return switch (state) {
      case Calm calm ->
          risk >= policy.arm()
              ? new Next(new Armed(now, now), riskIs(risk, ">=", policy.arm()))
              : new Next(calm, riskIs(risk, "<", policy.arm()));
      case Armed armed -> fromArmed(armed, risk, inputs, now);
      case Shifted shifted -> fromShifted(shifted, risk, inputs, now);
      case MovingBack back -> fromMovingBack(back, risk, inputs, now);
    };
  }

  private Next fromArmed(Armed armed, double risk, ShiftInputs inputs, Instant now) {
    if (risk < policy.leave() && passed(armed.lastRisky(), policy.calm(), now)) {
      return new Next(new Calm(), "calm for " + text(policy.calm()));
    }
    Armed current = risk < policy.leave() ? armed : new Armed(armed.since(), now);
    if (risk < policy.threshold()) {
      return new Next(current, riskIs(risk, "<", policy.threshold()));
    }
    if (!passed(armed.since(), policy.bake(), now)) {
      return new Next(current, "armed for less than " + text(policy.bake()));
    }
    String obstacle = obstacle(inputs);
    return obstacle.isEmpty()
        ? new Next(new Shifted(1, now, now), riskIs(risk, ">=", policy.threshold()))
        : new Next(current, obstacle);
  }

  private Next fromShifted(Shifted shifted, double risk, ShiftInputs inputs, Instant now) {
    if (errs(inputs)) {
      return new Next(lower(shifted.step(), now), "the shadow fails requests");
    }
    if (risk < policy.leave()) {
      return passed(shifted.lastRisky(), policy.calm(), now)
          ? new Next(lower(shifted.step(), now), "calm for " + text(policy.calm()))
          : new Next(shifted, riskIs(risk, "<", policy.leave()));
    }
    Shifted current = new Shifted(shifted.step(), shifted.since(), now);
    if (risk < policy.threshold()) {
      return new Next(current, riskIs(risk, "<", policy.threshold()));
    }
    if (shifted.step() == top) {
      return new Next(current, "every cohort is at its ceiling");
    }
    if (!passed(shifted.since(), policy.bake(), now)) {
      return new Next(current, "the step bakes for " + text(policy.bake()));
    }
    String obstacle = obstacle(inputs);
    return obstacle.isEmpty()
        ? new Next(
            new Shifted(shifted.step() + 1, now, now), riskIs(risk, ">=", policy.threshold()))
        : new Next(current, obstacle);
  }

  private Next fromMovingBack(MovingBack back, double risk, ShiftInputs inputs, Instant now) {
    if (!errs(inputs) && risk >= policy.threshold()) {
      return new Next(new Shifted(back.step(), now, now), riskIs(risk, ">=", policy.threshold()));
    }
    return passed(back.since(), policy.back(), now)
        ? new Next(lower(back.step(), now), "on the way back")
        : new Next(back, "a step back lasts " + text(policy.back()));
  }

  private static ShiftState lower(int step, Instant now) {
    return step > 1 ? new MovingBack(step - 1, now) : new Armed(now, now);
  }

  private boolean errs(ShiftInputs inputs) {
    return inputs.shadow().stream().anyMatch(s -> s.errorRatio() > policy.errorRatioMax());
  }

  /** What keeps further users from moving; empty if nothing does. */
  private String obstacle(ShiftInputs inputs) {
    if (inputs.shadow().isEmpty()) {
      return "no shadow is in sync";
    }
    ShadowHealth shadow = inputs.shadow().get();
    if (shadow.lag().compareTo(policy.lagMax()) > 0) {
      return "the shadow lags " + text(shadow.lag()) + ", more than " + text(policy.lagMax());
    }
    if (shadow.errorRatio() > policy.errorRatioMax()) {
      return "the shadow fails requests";
    }
    return shadow.marksCovered() ? "" : "the shadow lacks writes from before the arming";
  }

  private static boolean passed(Instant since, Duration length, Instant now) {
    return !now.isBefore(since.plus(length));
  }

  private static String riskIs(double risk, String relation, double level) {
    return String.format(Locale.ROOT, "risk %.2f %s %.2f", risk, relation, level);
  }

  private static String text(Duration duration) {
    return duration.toMillis() + " ms";
  }
}
