package io.understudy.gateway.cache;

import io.understudy.gateway.decision.Limits;
import io.understudy.gateway.decision.PreparedPlan;
import io.understudy.gateway.decision.ServiceView;
import io.understudy.model.AppliedClock;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what is known about each service between passes. A missing or unreadable entry is unknown;
 * an entry that the cluster did not answer for stays as it was, and the decision's age limits end
 * it.
 */
final class Ledger {
  private static final Comparator<ShiftPlan> ORDER =
      Comparator.comparingLong(ShiftPlan::epoch)
          .thenComparingLong(ShiftPlan::version)
          .thenComparingLong(ShiftPlan::issuedAtMillis);

  private final Limits limits;
  private final Map<String, ServiceView> views = new HashMap<>();

  // Invariant: no plan below it is ever put in force, even after the entry was gone for a while.
  private final Map<String, ShiftPlan> highest = new HashMap<>();

  Ledger(Limits limits) {
    this.limits = limits;
  }

  Map<String, ServiceView> views() {
    return views;
  }

  /** Whether the plan is below one that was in force. */
  boolean isOutdated(ShiftPlan plan) {
    ShiftPlan known = highest.get(plan.service());
    return known != null && ORDER.compare(plan, known) < 0;
  }

  /** Takes in a reading of the plan; returns the plan now in force, or null if none is. */
  @Nullable ShiftPlan plan(String service, Reading<ShiftPlan> reading) {
    ServiceView before = views.get(service);
    ShiftPlan inForce = before == null ? null : before.plan().plan();
    ShiftPlan next =
        switch (reading) {
          case Reading.Known<ShiftPlan>(ShiftPlan plan) when isOutdated(plan) -> inForce;
          case Reading.Known<ShiftPlan>(ShiftPlan plan) -> plan;
          case Reading.Absent<ShiftPlan>() -> null;
          case Reading.Unreadable<ShiftPlan> unreadable -> null;
          case Reading.Offline<ShiftPlan> offline -> inForce;
        };
    if (next == null) {
      views.remove(service);
      return null;
    }
    if (!next.equals(inForce)) {
      highest.put(service, next);
      PreparedPlan prepared = PreparedPlan.of(next, limits);
      views.put(service, before == null ? only(prepared) : with(before, prepared));
    }
    return next;
  }

  /** Takes in the evidence about the endpoints of the plan in force. */
  void evidence(String service, Reading<RiskScore> score, Reading<AppliedClock> clock) {
    ServiceView view = views.get(service);
    if (view == null) {
      return;
    }
    ShiftPlan plan = view.plan().plan();
    RiskScore nextScore =
        value(score, view.primaryScore(), it -> it.endpoint().equals(plan.primary()));
    AppliedClock nextClock =
        value(clock, view.shadowClock(), it -> it.endpoint().equals(plan.shadow()));
    views.put(service, new ServiceView(view.plan(), nextScore, nextClock));
  }

  /** Forgets a service that has left the cluster's map. */
  void absent(String service) {
    views.remove(service);
  }

  private static <T> @Nullable T value(
      Reading<T> reading, @Nullable T before, Predicate<T> concerns) {
    T value =
        switch (reading) {
          case Reading.Known<T>(T known) -> known;
          case Reading.Absent<T>() -> null;
          case Reading.Unreadable<T> unreadable -> null;
          case Reading.Offline<T> offline -> before;
        };
    return value != null && concerns.test(value) ? value : null;
  }

  private static ServiceView only(PreparedPlan plan) {
    return new ServiceView(plan, null, null);
  }

  private static ServiceView with(ServiceView before, PreparedPlan plan) {
    return new ServiceView(plan, before.primaryScore(), before.shadowClock());
  }
}
