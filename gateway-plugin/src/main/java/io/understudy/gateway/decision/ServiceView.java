package io.understudy.gateway.decision;

import io.understudy.model.AppliedClock;
import io.understudy.model.RiskScore;
import org.jspecify.annotations.Nullable;

/**
 * What is known about one service at one moment.
 *
 * @param plan the plan in force
 * @param primaryScore last risk score of the plan's primary, or null if unknown
 * @param shadowClock how far the plan's shadow has applied, or null if unknown
 */
public record ServiceView(
    PreparedPlan plan, @Nullable RiskScore primaryScore, @Nullable AppliedClock shadowClock) {}
