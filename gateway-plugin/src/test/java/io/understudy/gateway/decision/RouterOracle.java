package io.understudy.gateway.decision;

import io.understudy.model.AppliedClock;
import io.understudy.model.Bucket;
import io.understudy.model.Cohort;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The rules once more, slow and obvious: what the router must answer. */
record RouterOracle(
    ShiftPlan plan, @Nullable RiskScore score, @Nullable AppliedClock clock, long now) {

  /** Side and Set-Cookie value, separated by a blank. */
  String answer(Attributes request) {
    String cookie = request.cookie() == null ? "" : request.cookie();
    if (!List.of("GET", "HEAD", "OPTIONS").contains(request.method()) || plan.shadow() == null) {
      return "PRIMARY ";
    }
    int hashed = Bucket.of(Bucket.salt(plan.service()), request.userKey());
    if (cookie.matches("[0-9]{1,4}")) {
      return side(request, Integer.parseInt(cookie)) + " ";
    }
    if (!cookie.startsWith("w")) {
      return side(request, hashed) + " " + set("" + hashed);
    }
    if (!cookie.matches("w[0-9]{1,15}") || Long.parseLong(cookie.substring(1)) > now) {
      return "PRIMARY " + set("w" + now);
    }
    return applied(Long.parseLong(cookie.substring(1)))
        ? side(request, hashed) + " " + set("" + hashed)
        : "PRIMARY ";
  }

  private static String set(String value) {
    return "us_b=" + value + "; Path=/; HttpOnly; SameSite=Lax";
  }

  private boolean applied(long barrier) {
    return clock != null
        && clock.epoch() == plan.epoch()
        && clock.endpoint().equals(plan.shadow())
        && clock.readingMillis() >= barrier + 50;
  }

  private Side side(Attributes request, int bucket) {
    int share =
        plan.cohorts().stream()
            .filter(cohort -> belongs(request, cohort))
            .findFirst()
            .map(cohort -> cohort.share().basisPoints())
            .orElse(0);
    int cap = Math.abs(now - plan.issuedAtMillis()) <= plan.maxAgeMillis() ? 10_000 : ramp();
    return bucket < Math.min(share, cap) ? Side.SHADOW : Side.PRIMARY;
  }

  private int ramp() {
    if (score == null
        || !score.endpoint().equals(plan.primary())
        || Math.abs(now - score.atMillis()) > 15_000) {
      return 0;
    }
    return plan.ramp().at(score.score()).basisPoints();
  }

  private static boolean belongs(Attributes request, Cohort cohort) {
    return (cohort.group() == null || Objects.equals(cohort.group(), request.group()))
        && (cohort.region() == null || Objects.equals(cohort.region(), request.region()))
        && (cohort.method() == null || Objects.equals(cohort.method(), request.method()))
        && (cohort.pathPrefix() == null || request.path().matches(cohort.pathPrefix() + ".*"));
  }
}
