package io.understudy.gateway.decision;

import io.understudy.model.Cohort;
import io.understudy.model.Ramp;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plans for tests: eu-a is the primary, eu-b the shadow. */
public final class Plans {
  public static final long ISSUED = 1_000_000;
  public static final long MAX_AGE = 10_000;

  private Plans() {}

  public static ShiftPlan orders(@Nullable String shadow, List<Cohort> cohorts) {
    return orders(1, 1, shadow, cohorts);
  }

  public static ShiftPlan orders(
      long epoch, long version, @Nullable String shadow, List<Cohort> cohorts) {
    return new ShiftPlan(
        "orders",
        epoch,
        version,
        ISSUED,
        "eu-a",
        shadow,
        "X-Us-8f3a",
        "us_b",
        ShiftPlan.Identity.DEFAULT,
        new Ramp(0.2, 0.8),
        MAX_AGE,
        cohorts);
  }

  /** Everybody in one cohort. */
  public static ShiftPlan sharing(int basisPoints) {
    return orders("eu-b", List.of(everybody(basisPoints)));
  }

  public static Cohort everybody(int basisPoints) {
    return new Cohort("everybody", null, null, null, null, new Share(basisPoints));
  }

  public static ShiftPlan issuedAt(ShiftPlan plan, long issuedAtMillis) {
    return new ShiftPlan(
        plan.service(),
        plan.epoch(),
        plan.version(),
        issuedAtMillis,
        plan.primary(),
        plan.shadow(),
        plan.decisionHeader(),
        plan.cookie(),
        plan.identity(),
        plan.ramp(),
        plan.maxAgeMillis(),
        plan.cohorts());
  }
}
