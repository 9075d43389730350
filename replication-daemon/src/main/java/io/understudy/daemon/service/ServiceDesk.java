package io.understudy.daemon.service;

import io.understudy.daemon.audit.Change;
import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.lifecycle.ServicePhase;
import io.understudy.daemon.lifecycle.ShadowSelection;
import io.understudy.daemon.replication.ShadowState;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.daemon.route.GatewayIntent;
import io.understudy.daemon.route.RouteCompiler;
import io.understudy.daemon.route.RouteWriter;
import io.understudy.daemon.shift.OperatorOrder;
import io.understudy.daemon.shift.ShiftInputs;
import io.understudy.daemon.shift.ShiftInputs.ShadowHealth;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import io.understudy.model.config.Topology;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything about a service's traffic: picks the shadow, lets the shift controller decide, puts
 * the plan into force at the gateways. Owned by the service's supervisor.
 */
final class ServiceDesk implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServiceDesk.class);
  private static final Duration RENEWAL = Duration.ofSeconds(1);
  private static final Duration RESEED_AFTER = Duration.ofSeconds(5);

  /**
   * How long a write that passed the gateway before its writers were marked may still commit: the
   * gateway's time-outs of a write.
   */
  private static final Duration UNMARKED_WRITE_MAX = RouteCompiler.WRITE_MAX;

  private final Topology.Service service;
  private final ServicePolicy policy;
  private final StateSync sync;
  private final Surroundings around;
  private final ShadowSelection selection;
  private final ShiftDesk shift;
  private final Optional<RouteWriter> routes;
  private final Map<String, String> shadowStates = new HashMap<>();
  private final Map<String, Instant> failedSince = new HashMap<>();

  /** The one shadow that serves reads; kept while nothing is known of it. */
  private Optional<String> shadow = Optional.empty();

  /** Newest heartbeat reading known of it, milliseconds since 1970. */
  private long shadowReadingMillis;

  private Optional<GatewayIntent> intent = Optional.empty();
  private Instant renewedAt = Instant.MIN;
  private long wanted;
  private long inForce;

  /** The wish from which on writers are marked, while the service is armed. */
  private Optional<Long> armedWish = Optional.empty();

  private Optional<Instant> marksSince = Optional.empty();
  private Optional<String> routeTrouble = Optional.of("routes not written yet");
  private volatile ServiceView view;

  /**
   * What the supervisor knows in a tick.
   *
   * @param sourceSpeaks whether the primary was reached when it was last looked at; a shadow that
   *     hears nothing from a silent primary has done nothing wrong
   */
  record Standing(
      ControlRecord record, ServicePhase phase, boolean sourceSpeaks, Optional<String> trouble) {}

  ServiceDesk(
      Topology.Service service,
      ServicePolicy policy,
      StateSync sync,
      Surroundings around,
      Consumer<Signal> tell) {
    this.service = service;
    this.policy = policy;
    this.sync = sync;
    this.around = around;
    this.selection = new ShadowSelection(policy.regions());
    Instant now = around.clock().instant();
    this.shift = new ShiftDesk(policy, sync.record(), around.decisionHeader(), now);
    this.routes = around.routes().map(factory -> factory.apply(Signal.confirmationsTo(tell)));
    Standing standing =
        new Standing(sync.record(), ServicePhase.OPENING, false, Optional.of("starting"));
    this.view = draw(standing, Copies.NONE, Map.of());
  }

  ServiceView view() {
    return view;
  }

  String take(OperatorOrder order) {
    around
        .audit()
        .record(
            service.name(), new Change("order", shift.order().toString(), order.toString(), ""));
    shift.take(order);
    return order.toString();
  }

  void beginEpoch(ControlRecord record) {
    shadow = Optional.empty();
    marksSince = Optional.empty();
    armedWish = Optional.empty();
    shadowStates.clear();
    failedSince.clear();
    shift.beginEpoch(record, around.clock().instant());
  }

  void routesInForce(long version) {
    routeTrouble = Optional.empty();
    inForce = version;
    if (marksSince.isEmpty() && armedWish.map(w -> version >= w).orElse(false)) {
      marksSince = Optional.of(around.clock().instant());
    }
  }

  void routesFailed(String reason) {
    if (!routeTrouble.equals(Optional.of(reason))) {
      log.warn("{}: routes cannot be written: {}", service.name(), reason);
    }
    routeTrouble = Optional.of(reason);
  }

  /** Looks, decides, puts into force. */
  void tick(Standing standing) {
    Instant now = around.clock().instant();
    Optional<Copies> copies = sync.copies();
    List<ShadowStatus> shadows = copies.map(Copies::shadows).orElse(List.of());
    recordShadows(shadows);
    reseedFailed(shadows, now);
    if (copies.isPresent() && standing.sourceSpeaks()) {
      choose(standing.record(), shadows);
      decide(standing, shadows, now);
    }
    publish(standing, now);
    view = draw(standing, copies.orElse(Copies.NONE), risks());
  }

  @Override
  public void close() {
    routes.ifPresent(RouteWriter::close);
  }

  private void recordShadows(List<ShadowStatus> shadows) {
    for (ShadowStatus status : shadows) {
      String state = status.state().word();
      String before = shadowStates.put(status.endpoint(), state);
      if (!state.equals(before)) {
        around
            .audit()
            .record(
                service.name(),
                new Change(
                    "shadow " + status.endpoint(),
                    before == null ? "IDLE" : before,
                    state,
                    status.state().problem().orElse("applied " + status.applied())));
      }
    }
  }

  private void reseedFailed(List<ShadowStatus> shadows, Instant now) {
    for (ShadowStatus status : shadows) {
      if (!(status.state() instanceof ShadowState.Failed)) {
        failedSince.remove(status.endpoint());
      } else if (!now.isBefore(
          failedSince.computeIfAbsent(status.endpoint(), name -> now).plus(RESEED_AFTER))) {
        failedSince.remove(status.endpoint());
        sync.reseed(status.endpoint());
      }
    }
  }

  private void choose(ControlRecord record, List<ShadowStatus> shadows) {
    List<ShadowSelection.Candidate> candidates =
        shadows.stream()
            .map(status ->
                new ShadowSelection.Candidate(
                    status.endpoint(),
                    endpoint(status.endpoint()).region(),
                    status.state() instanceof ShadowState.InSync))
            .toList();
    Optional<String> chosen =
        selection
            .choose(candidates, endpoint(record.primary()).region(), shadow)
            .or(() -> status(shadows, shadow).filter(this::catchesUp).map(ShadowStatus::endpoint));
    if (!chosen.equals(shadow)) {
      around
          .audit()
          .record(
              service.name(),
              new Change("serving shadow", shadow.orElse("none"), chosen.orElse("none"), ""));
      shadow = chosen;
    }
    shadowReadingMillis = status(shadows, shadow).map(s -> s.appliedReadingMillis()).orElse(0L);
  }

  private boolean catchesUp(ShadowStatus status) {
    return status.state() instanceof ShadowState.CatchingUp;
  }

  private void decide(Standing standing, List<ShadowStatus> shadows, Instant now) {
    Optional<ShadowHealth> health =
        status(shadows, shadow)
            .filter(status -> status.state() instanceof ShadowState.InSync)
            .map(this::health);
    ShiftInputs inputs = new ShiftInputs(risk(standing.record().primary(), now), health);
    String before = text();
    if (shift.decide(standing.record(), shadow, inputs, now)) {
      around.audit().record(service.name(), new Change("shift", before, text(), shift.cause()));
    }
  }

  private String text() {
    return shift.state().getClass().getSimpleName()
        + " "
        + shift.plan().cohorts().stream()
            .map(cohort -> cohort.name() + "=" + cohort.share().basisPoints())
            .collect(Collectors.joining(","));
  }

  private ShadowHealth health(ShadowStatus status) {
    long marked =
        marksSince.map(at -> at.plus(UNMARKED_WRITE_MAX).toEpochMilli()).orElse(Long.MAX_VALUE);
    return new ShadowHealth(
        Duration.ofMillis(status.lagMillis()),
        around.errors().of(status.endpoint()),
        status.appliedReadingMillis() > marked);
  }

  private OptionalDouble risk(String endpoint, Instant now) {
    return around
        .board()
        .risk(service.name(), endpoint)
        .filter(score -> now.toEpochMilli() - score.atMillis() <= policy.riskAgeMax().toMillis())
        .map(score -> OptionalDouble.of(score.score()))
        .orElse(OptionalDouble.empty());
  }

  private Map<String, RiskScore> risks() {
    return service.endpoints().stream()
        .flatMap(e -> around.board().risk(service.name(), e.name()).stream())
        .collect(Collectors.toMap(RiskScore::endpoint, score -> score));
  }

  private void publish(Standing standing, Instant now) {
    GatewayIntent next =
        new GatewayIntent(service, shift.plan().asVersion(0, 0), listed(now), shift.armed());
    boolean changed = !intent.equals(Optional.of(next));
    if (changed || !now.isBefore(renewedAt.plus(RENEWAL))) {
      around.board().publish(shift.renew(now));
      renewedAt = now;
    }
    // While a new primary is not open yet, its routes would only turn refusals into errors.
    if (!changed || standing.phase() != ServicePhase.STEADY) {
      return;
    }
    intent = Optional.of(next);
    wanted++;
    if (!next.armed()) {
      armedWish = Optional.empty();
      marksSince = Optional.empty();
    } else if (armedWish.isEmpty()) {
      armedWish = Optional.of(wanted);
    }
    routes.ifPresentOrElse(
        writer -> writer.want(wanted, RouteCompiler.compile(next)), () -> routesInForce(wanted));
  }

  /** The shadow that reads may fail over to; less strict than serving users all the time. */
  private Optional<String> listed(Instant now) {
    long age = now.toEpochMilli() - shadowReadingMillis;
    return shadow.filter(name -> age <= policy.staleReadsMax().toMillis());
  }

  private static Optional<ShadowStatus> status(
      List<ShadowStatus> shadows, Optional<String> endpoint) {
    return endpoint.flatMap(
        name -> shadows.stream().filter(status -> status.endpoint().equals(name)).findFirst());
  }

  private ServiceView draw(Standing standing, Copies copies, Map<String, RiskScore> risks) {
    ShiftPlan plan = shift.plan();
    return new ServiceView(
        standing.record(),
        standing.phase(),
        shift.state(),
        shift.cause(),
        shift.order(),
        plan,
        inForce,
        copies.replicated(),
        copies.shadows(),
        copies.figures(),
        risks,
        standing.trouble().or(() -> routeTrouble));
  }

  private Topology.Endpoint endpoint(String name) {
    return service.endpoint(name).orElseThrow();
  }
}
