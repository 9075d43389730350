package io.understudy.daemon.service;

import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.lifecycle.ServicePhase;
import io.understudy.daemon.replication.Figures;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.daemon.shift.OperatorOrder;
import io.understudy.daemon.shift.ShiftState;
import io.understudy.model.Position;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A service at one moment, for everyone who only looks.
 *
 * @param record who owns the writes
 * @param phase where a change of the primary stands
 * @param shift where the shift stands
 * @param holdCause why the shift is where it is
 * @param order the operator's order in force
 * @param plan the plan in force
 * @param planInForce version of the plan that the gateway has confirmed
 * @param replicated everything up to here is durable on k voters
 * @param shadows the shadows of this epoch
 * @param figures what the replication of this epoch has done; empty while there is none
 * @param risks newest known scores, by endpoint
 * @param trouble what keeps the service from being as it should be
 */
public record ServiceView(
    ControlRecord record,
    ServicePhase phase,
    ShiftState shift,
    String holdCause,
    OperatorOrder order,
    ShiftPlan plan,
    long planInForce,
    Position replicated,
    List<ShadowStatus> shadows,
    Optional<Figures> figures,
    Map<String, RiskScore> risks,
    Optional<String> trouble) {
  public ServiceView {
    shadows = List.copyOf(shadows);
    risks = Map.copyOf(risks);
  }
}
