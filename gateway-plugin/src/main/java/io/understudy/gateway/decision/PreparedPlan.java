package io.understudy.gateway.decision;

import static java.util.Objects.requireNonNull;

import io.understudy.model.Bucket;
import io.understudy.model.Cohort;
import io.understudy.model.ShiftPlan;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A plan with everything that does not depend on the request worked out in advance. */
public final class PreparedPlan {
  private static final String COOKIE_ATTRIBUTES = "; Path=/; HttpOnly; SameSite=Lax";

  private final ShiftPlan plan;
  private final Limits limits;
  private final long salt;
  private final Cohort[] cohorts;
  private final Map<Reason, Decision> toPrimary;
  private final Map<Reason, Decision> toShadow;

  private PreparedPlan(ShiftPlan plan, Limits limits) {
    this.plan = plan;
    this.limits = limits;
    this.salt = Bucket.salt(plan.service());
    this.cohorts = plan.cohorts().toArray(Cohort[]::new);
    this.toPrimary = decisions(Side.PRIMARY, plan.primary());
    this.toShadow = decisions(Side.SHADOW, plan.shadow());
  }

  public static PreparedPlan of(ShiftPlan plan, Limits limits) {
    return new PreparedPlan(plan, limits);
  }

  public ShiftPlan plan() {
    return plan;
  }

  /**
   * The {@code Set-Cookie} value that goes with a decision. The bucket is hashed once more here, so
   * that decisions stay the same few objects.
   */
  public Optional<String> setCookie(Decision decision, Attributes request, long nowMillis) {
    return switch (decision.reason().mark()) {
      case KEEP -> Optional.empty();
      case SETTLE -> Optional.of(plan.cookie() + "=" + bucket(request) + COOKIE_ATTRIBUTES);
      case PIN -> Optional.of(plan.cookie() + "=w" + nowMillis + COOKIE_ATTRIBUTES);
    };
  }

  Limits limits() {
    return limits;
  }

  int bucket(Attributes request) {
    return Bucket.of(salt, request.userKey());
  }

  /** The first cohort that the request belongs to, or null if it belongs to none. */
  @Nullable Cohort cohort(Attributes request) {
    for (Cohort cohort : cohorts) {
      if (cohort.matches(request.group(), request.region(), request.method(), request.path())) {
        return cohort;
      }
    }
    return null;
  }

  Decision to(Side side, Reason reason) {
    return requireNonNull((side == Side.SHADOW ? toShadow : toPrimary).get(reason));
  }

  private static Map<Reason, Decision> decisions(Side side, @Nullable String endpoint) {
    Map<Reason, Decision> decisions = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      decisions.put(reason, new Decision(side, reason, endpoint));
    }
    return decisions;
  }
}
