package io.understudy.testbed.bench;

import io.understudy.model.Cohort;
import io.understudy.model.Ramp;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import java.util.List;

/** The plan that all measurements decide by: never stale, three cohorts, everybody in the last. */
final class BenchPlan {
  static final String SHADOW = "eu-b";

  static final ShiftPlan PLAN =
      new ShiftPlan(
          "orders",
          1,
          1,
          1_000_000_000_000L,
          "eu-a",
          SHADOW,
          "X-Us-5d0c9a7e41b2",
          "us_b",
          ShiftPlan.Identity.DEFAULT,
          new Ramp(0.2, 0.8),
          Long.MAX_VALUE / 2,
          List.of(
              new Cohort("beta", "beta", null, null, null, Share.ALL),
              new Cohort("cart", null, "us", null, "/cart", Share.ALL),
              new Cohort("rest", null, null, null, null, new Share(5_000))));

  private BenchPlan() {}
}
