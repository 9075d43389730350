package io.understudy.gateway.decision;

import io.understudy.model.AppliedClock;
import io.understudy.model.Cohort;
import io.understudy.model.RiskScore;

/**
 * Decides who serves a request. Whatever is unknown means the primary.
 *
 * <p>A plan past its age limit never raises a share: the last share is capped by the plan's ramp at
 * the primary's risk, and nobody shifts if that risk is unknown.
 */
public final class Router {
  private Router() {}

  /**
   * Decides for one request; allocates nothing unless the cookie holds a barrier.
   *
   * @param request what the request says about itself
   * @param view what is known about its service
   * @param nowMillis the gateway's wall clock, milliseconds since 1970
   */
  public static Decision decide(Attributes request, ServiceView view, long nowMillis) {
    PreparedPlan plan = view.plan();
    if (!request.reads()) {
      return plan.to(Side.PRIMARY, Reason.WRITE_METHOD);
    }
    if (plan.plan().shadow() == null) {
      return plan.to(Side.PRIMARY, Reason.NO_SHADOW);
    }
    return switch (CookieMark.parse(request.cookie())) {
      case CookieMark.Settled settled ->
          plan.to(side(settled.bucket(), request, view, nowMillis), Reason.SETTLED);
      case CookieMark.Missing none ->
          plan.to(side(plan.bucket(request), request, view, nowMillis), Reason.FIRST_TOUCH);
      case CookieMark.Wrote justNow -> plan.to(Side.PRIMARY, Reason.RECENT_WRITE);
      case CookieMark.WroteBefore mark -> pinned(mark.barrierMillis(), request, view, nowMillis);
    };
  }

  private static Decision pinned(
      long barrierMillis, Attributes request, ServiceView view, long nowMillis) {
    PreparedPlan plan = view.plan();
    if (barrierMillis > nowMillis) {
      // No clock of ours wrote it; start over rather than wait for a time that may never come.
      return plan.to(Side.PRIMARY, Reason.RECENT_WRITE);
    }
    if (!hasApplied(view, barrierMillis)) {
      return plan.to(Side.PRIMARY, Reason.PINNED);
    }
    return plan.to(side(plan.bucket(request), request, view, nowMillis), Reason.RETURNED);
  }

  /** Whether the very shadow that would serve is past the barrier, in the plan's epoch. */
  private static boolean hasApplied(ServiceView view, long barrierMillis) {
    PreparedPlan plan = view.plan();
    AppliedClock clock = view.shadowClock();
    return clock != null
        && clock.epoch() == plan.plan().epoch()
        && clock.endpoint().equals(plan.plan().shadow())
        && clock.readingMillis() >= barrierMillis + plan.limits().clockErrorMillis();
  }

  private static Side side(int bucket, Attributes request, ServiceView view, long nowMillis) {
    PreparedPlan plan = view.plan();
    Cohort cohort = plan.cohort(request);
    if (cohort == null || !cohort.share().admits(bucket)) {
      return Side.PRIMARY;
    }
    boolean admitted =
        isFresh(plan.plan().issuedAtMillis(), plan.plan().maxAgeMillis(), nowMillis)
            || riskStillAdmits(bucket, view, nowMillis);
    return admitted ? Side.SHADOW : Side.PRIMARY;
  }

  private static boolean riskStillAdmits(int bucket, ServiceView view, long nowMillis) {
    RiskScore score = view.primaryScore();
    PreparedPlan plan = view.plan();
    return score != null
        && score.endpoint().equals(plan.plan().primary())
        && isFresh(score.atMillis(), plan.limits().scoreAgeMillis(), nowMillis)
        && plan.plan().ramp().at(score.score()).admits(bucket);
  }

  /** A time as far ahead as a stale one is behind is no more to be trusted. */
  private static boolean isFresh(long atMillis, long ageMillisMax, long nowMillis) {
    return nowMillis - atMillis <= ageMillisMax && atMillis - nowMillis <= ageMillisMax;
  }
}
