package io.understudy.daemon.route;

import io.understudy.model.ShiftPlan;
import io.understudy.model.config.Topology;
import java.util.Optional;

/**
 * What the gateway shall do for a service.
 *
 * @param service the service with its endpoints and path patterns
 * @param plan the plan in force; its shadow and shares count only while armed
 * @param listed the shadow that reads may fail over to, while its copy is fresh enough
 * @param armed whether clients are split and writers marked
 */
public record GatewayIntent(
    Topology.Service service, ShiftPlan plan, Optional<String> listed, boolean armed) {}
