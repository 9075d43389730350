package io.understudy.daemon.service;

import io.understudy.daemon.audit.AuditLog;
import io.understudy.daemon.route.RouteWriter;
import io.understudy.daemon.watch.ErrorRatioProbe;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What all services of a daemon share.
 *
 * @param clock wall clock
 * @param audit where transitions are recorded
 * @param board plans, clocks and scores
 * @param errors error ratios of endpoints
 * @param feed who waits for replicated positions
 * @param routes makes the writer of a service's routes; empty without a gateway's Admin API
 * @param broken hears of a defect that ended a service's owner; it ends the process
 * @param decisionHeader unguessable name of the header that routes to a shadow
 */
public record Surroundings(
    InstantSource clock,
    AuditLog audit,
    PlanBoard board,
    ErrorRatioProbe errors,
    ReplicatedFeed feed,
    Optional<Function<RouteWriter.Listener, RouteWriter>> routes,
    Consumer<Throwable> broken,
    String decisionHeader) {}
