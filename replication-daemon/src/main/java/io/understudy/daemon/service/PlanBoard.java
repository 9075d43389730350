package io.understudy.daemon.service;

import io.understudy.model.AppliedClock;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import java.util.Optional;

/** Where the gateways, the risk service and the daemon leave notes for each other. Hints only. */
public interface PlanBoard {
  /** Replaces the plan of its service. */
  void publish(ShiftPlan plan);

  /** Replaces the applied clock of its shadow; returns at once. */
  void publish(AppliedClock clock);

  /** The newest score of an endpoint; empty if there is none or it cannot be read. */
  Optional<RiskScore> risk(String service, String endpoint);
}
