package io.understudy.daemon.service;

import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.shift.Ladder;
import io.understudy.daemon.shift.OperatorOrder;
import io.understudy.daemon.shift.ShiftController;
import io.understudy.daemon.shift.ShiftInputs;
import io.understudy.daemon.shift.ShiftState;
import io.understudy.model.Cohort;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Turns the shift controller's decisions into plans. Owned by the service's supervisor; it does no
 * I/O.
 */
final class ShiftDesk {
  private final ServicePolicy policy;
  private final ShiftController controller;
  private final Ladder ladder;
  private final String decisionHeader;

  private ShiftState state = new ShiftState.Calm();
  private OperatorOrder order = new OperatorOrder.None();
  private String cause = "started";
  private ShiftPlan plan;

  /**
   * An idle desk.
   *
   * @param decisionHeader unguessable name of the header that routes to the shadow
   */
  ShiftDesk(ServicePolicy policy, ControlRecord record, String decisionHeader, Instant now) {
    this.policy = policy;
    this.controller = new ShiftController(policy.shift());
    this.ladder = new Ladder(policy.shift().stages());
    this.decisionHeader = decisionHeader;
    this.plan = draw(record, Optional.empty(), ladder.at(0), now);
  }

  ShiftState state() {
    return state;
  }

  OperatorOrder order() {
    return order;
  }

  String cause() {
    return cause;
  }

  ShiftPlan plan() {
    return plan;
  }

  /** Whether clients are split and writers marked. */
  boolean armed() {
    return !(state instanceof ShiftState.Calm) || order instanceof OperatorOrder.FixedShare;
  }

  void take(OperatorOrder newOrder) {
    order = newOrder;
  }

  /** A new epoch begins calm: the shares were a way out of the primary that is gone. */
  void beginEpoch(ControlRecord record, Instant now) {
    state = new ShiftState.Calm();
    order = new OperatorOrder.None();
    cause = "epoch " + record.epoch() + " began";
    plan = draw(record, Optional.empty(), ladder.at(0), now);
  }

  /**
   * Decides.
   *
   * @param shadow name of the shadow that {@code inputs} describe
   * @return whether the state changed in a way that belongs into the audit
   */
  boolean decide(ControlRecord record, Optional<String> shadow, ShiftInputs inputs, Instant now) {
    if (order.endedBy(now)) {
      order = new OperatorOrder.None();
    }
    ShiftController.Next next = controller.next(state, inputs, order, now);
    boolean moved =
        next.state().step() != state.step() || next.state().getClass() != state.getClass();
    state = next.state();
    cause = next.cause();
    ShiftPlan drawn = draw(record, shadow, cohorts(inputs), now);
    if (!drawn.asVersion(plan.version(), plan.issuedAtMillis()).equals(plan)) {
      plan = drawn.asVersion(plan.version() + 1, now.toEpochMilli());
    }
    return moved;
  }

  /** The plan again with a fresh date, so that gateways know that it is still meant. */
  ShiftPlan renew(Instant now) {
    plan = plan.asVersion(plan.version(), now.toEpochMilli());
    return plan;
  }

  private List<Cohort> cohorts(ShiftInputs inputs) {
    boolean fit = inputs.shadow().map(ShiftInputs.ShadowHealth::marksCovered).orElse(false);
    if (order instanceof OperatorOrder.FixedShare fixed) {
      Share share = fit ? fixed.share() : Share.NONE;
      return ladder.at(state.step()).stream()
          .map(c -> fixed.cohort().map(c.name()::equals).orElse(true) ? c.withShare(share) : c)
          .toList();
    }
    return ladder.at(inputs.shadow().isPresent() ? state.step() : 0);
  }

  private ShiftPlan draw(
      ControlRecord record, Optional<String> shadow, List<Cohort> cohorts, Instant now) {
    return new ShiftPlan(
        record.service(),
        record.epoch(),
        1,
        now.toEpochMilli(),
        record.primary(),
        shadow.orElse(null),
        decisionHeader,
        policy.cookie(),
        policy.identity(),
        policy.shift().ramp(),
        policy.planAgeMax().toMillis(),
        cohorts);
  }
}
