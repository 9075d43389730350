package io.understudy.daemon.service;

import io.understudy.daemon.audit.Change;
import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.control.ControlStore;
import io.understudy.daemon.lifecycle.ServicePhase;
import io.understudy.daemon.postgres.Access;
import io.understudy.daemon.postgres.PreflightException;
import io.understudy.daemon.replication.EpochEnd;
import io.understudy.daemon.replication.Replication;
import io.understudy.daemon.replication.ReplicationSpec;
import io.understudy.daemon.service.Promoter.Outcome;
import io.understudy.daemon.shift.OperatorOrder;
import io.understudy.daemon.watch.EndpointProbe;
import io.understudy.daemon.watch.PrimaryWatch;
import io.understudy.daemon.watch.PrimaryWatch.Reachability;
import io.understudy.model.config.Topology;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one owner of a service: hears signals, decides through the pure packages, carries out. It
 * runs on a single thread, so that nothing here needs a lock; everyone else sees {@link #view}.
 */
public final class ServiceSupervisor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ServiceSupervisor.class);
  private static final Duration TICK = Duration.ofMillis(100);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(10);
  private static final int SIGNALS_MAX = 1_024;

  private final Topology.Service service;
  private final ServicePolicy policy;
  private final Surroundings around;
  private final BlockingQueue<Signal> signals = new ArrayBlockingQueue<>(SIGNALS_MAX);
  private final Promoter promoter;
  private final ServiceDesk desk;
  private final AccessKeeper access;
  private final Thread thread;

  private ControlRecord record;
  private ServicePhase phase = ServicePhase.OPENING;
  private Optional<EpochEnd> previousEnd = Optional.empty();
  private Optional<Replication> replication = Optional.empty();
  private PrimaryWatch watch;
  private EndpointProbe probe;
  private Instant retryAt = Instant.MIN;
  private Optional<String> trouble = Optional.of("starting");

  /** Since when the stream of this epoch has been broken while the replication still stands. */
  private Optional<Instant> captureLostAt = Optional.empty();

  private boolean databaseReached;

  /** Whether the record's primary was opened since it became that. */
  private boolean opened;

  /** Why the primary counts as dead; null while it does not. */
  private @Nullable String death;

  /**
   * Takes over a service.
   *
   * @throws IOException if its control record cannot be read or created
   */
  public ServiceSupervisor(
      Topology.Service service, ServicePolicy policy, ControlStore store, Surroundings around)
      throws IOException {
    this.service = service;
    this.policy = policy;
    this.around = around;
    this.record = ControlRecords.readOrCreate(service, policy, store);
    this.promoter = new Promoter(service, policy, store, around.clock());
    this.desk = new ServiceDesk(service, policy, record, around, this::tell);
    this.access = new AccessKeeper(service, record.epoch(), record.primary(), around.audit());
    this.watch = new PrimaryWatch(policy.promoteAfter());
    this.probe = probePrimary();
    this.thread = Thread.ofVirtual().name("service-" + service.name()).start(this::run);
  }

  /** The service at this moment. */
  public ServiceView view() {
    return desk.view();
  }

  public String name() {
    return service.name();
  }

  /** Gives an order about the shift; completes with a sentence for the operator. */
  public CompletableFuture<String> order(OperatorOrder order) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    tell(new Signal.Ordered(order, answer));
    return answer;
  }

  /** Orders another primary; completes with a sentence for the operator, or with the refusal. */
  public CompletableFuture<String> promote(Optional<String> target) {
    CompletableFuture<String> answer = new CompletableFuture<>();
    tell(new Signal.PromoteOrdered(target, answer));
    return answer;
  }

  /** Stops in order; slots, positions and privileges stay for the next start. */
  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(CLOSE_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void tell(Signal signal) {
    if (!signals.offer(signal)) {
      log.warn("{}: {} signals wait already; dropped {}", service.name(), SIGNALS_MAX, signal);
    }
  }

  private void run() {
    try {
      while (true) {
        Signal signal = signals.poll(TICK.toMillis(), TimeUnit.MILLISECONDS);
        if (signal != null) {
          hear(signal);
        }
        tick();
      }
    } catch (InterruptedException e) {
      log.debug("supervisor of {} stops", service.name());
    } catch (RuntimeException e) {
      // A service without an owner must not look alive.
      around.broken().accept(e);
    } finally {
      probe.close();
      access.close();
      desk.close();
      replication.ifPresent(Replication::close);
    }
  }

  private void hear(Signal signal) {
    switch (signal) {
      case Signal.Observed observed -> observed(observed);
      case Signal.CaptureFailed failed -> captureFailed(failed);
      case Signal.RoutesInForce inForce -> desk.routesInForce(inForce.version());
      case Signal.RoutesFailed failed -> desk.routesFailed(failed.reason());
      case Signal.Ordered ordered -> ordered.answer().complete(desk.take(ordered.order()));
      case Signal.PromoteOrdered order -> promoteOrdered(order);
    }
  }

  private void observed(Signal.Observed seen) {
    // What was seen of a former primary may still wait in the queue.
    if (seen.endpoint().equals(record.primary())) {
      databaseReached = seen.observation().database() instanceof Reachability.Reached;
      death = watch.observe(seen.observation(), around.clock().instant());
    }
  }

  private EndpointProbe probePrimary() {
    Topology.Endpoint endpoint = primary();
    return new EndpointProbe(endpoint, seen -> tell(new Signal.Observed(endpoint.name(), seen)));
  }

  private void tick() {
    Instant now = around.clock().instant();
    if (!now.isBefore(retryAt)) {
      if (death != null) {
        replace(death);
      } else if (!opened || replication.isEmpty()) {
        open();
        retryAt = around.clock().instant().plus(RETRY);
      } else if (databaseReached && captureLostAt.map(at -> lasted(at, now)).orElse(false)) {
        replication.ifPresent(Replication::close);
        release();
      }
    }
    desk.tick(new ServiceDesk.Standing(record, phase, replication, databaseReached, trouble));
  }

  private static boolean lasted(Instant since, Instant now) {
    return !now.isBefore(since.plus(RETRY));
  }

  private void replace(String reason) {
    promoter.closeDead(record, replication);
    conclude(Optional.empty(), reason);
    retryAt = around.clock().instant().plus(RETRY);
  }

  /**
   * Lets the replication go without waiting for it: once finished it applies nothing any more, and
   * a capture of a dead primary may take seconds to notice that it is alone.
   */
  private void release() {
    replication.ifPresent(ended -> Thread.ofVirtual().name("release").start(ended::close));
    replication = Optional.empty();
    captureLostAt = Optional.empty();
  }

  /** Brings the world to what the control record says; the same after a decision and a restart. */
  private void open() {
    try {
      if (replication.isEmpty()) {
        replication = Optional.of(startReplication());
      }
      Access.Verdict verdict = new Access(primary().database()).open(record.epoch());
      if (verdict instanceof Access.Verdict.Outbid outbid) {
        trouble =
            Optional.of(
                "database of " + primary().name() + " obeys a higher ballot " + outbid.ballot());
        return;
      }
      opened = true;
      if (phase == ServicePhase.OPENING) {
        enter(ServicePhase.STEADY, primary().name() + " is open");
      }
      previousEnd = Optional.empty();
      trouble = Optional.empty();
    } catch (SQLException | PreflightException e) {
      trouble = Optional.of("cannot open " + primary().name() + ": " + e.getMessage());
      log.warn("{}: {}", service.name(), trouble.get());
    }
  }

  private Replication startReplication() throws SQLException {
    long epoch = record.epoch();
    ReplicationFeed feed =
        new ReplicationFeed(
            record, around, reason -> tell(new Signal.CaptureFailed(epoch, reason)));
    return previousEnd.isPresent()
        ? Replication.startEpoch(spec(), previousEnd.get(), around.clock(), feed)
        : Replication.start(spec(), around.clock(), feed);
  }

  private void captureFailed(Signal.CaptureFailed failed) {
    if (failed.epoch() != record.epoch()) {
      return;
    }
    trouble = Optional.of("the stream from " + primary().name() + " ended: " + failed.reason());
    log.warn("{}: {}", service.name(), trouble.get());
    captureLostAt = Optional.of(around.clock().instant());
  }

  private void promoteOrdered(Signal.PromoteOrdered order) {
    try {
      if (phase != ServicePhase.STEADY || replication.isEmpty()) {
        order.answer().completeExceptionally(new IllegalStateException("not now: " + trouble));
        return;
      }
      if (order.target().filter(name -> !record.voters().contains(name)).isPresent()) {
        order
            .answer()
            .completeExceptionally(
                new IllegalArgumentException(
                    order.target().get() + " is not one of the voters " + record.voters()));
        return;
      }
      // Whatever comes of it, the next tick opens the primary of the record again.
      opened = false;
      String refusal = promoter.closeAlive(record, replication.get());
      if (refusal != null) {
        order.answer().completeExceptionally(new IllegalStateException(refusal));
        return;
      }
      enter(ServicePhase.CLOSED, "ordered");
      Outcome outcome = conclude(order.target(), "ordered");
      switch (outcome) {
        case Outcome.Decided decided ->
            order
                .answer()
                .complete(
                    decided.record().primary() + " is the primary of epoch " + record.epoch());
        case Outcome.Refused refused ->
            order.answer().completeExceptionally(new IllegalStateException(refused.reason()));
      }
    } catch (SQLException e) {
      order.answer().completeExceptionally(e);
    }
  }

  private Outcome conclude(Optional<String> target, String cause) {
    Outcome outcome;
    try {
      outcome = promoter.decide(record, spec(), replication, target);
    } catch (IOException e) {
      outcome = new Outcome.Refused("the control record cannot be written: " + e.getMessage());
    }
    release();
    switch (outcome) {
      case Outcome.Refused refused -> {
        if (phase == ServicePhase.CLOSED) {
          enter(ServicePhase.STEADY, refused.reason());
        }
        trouble = Optional.of("no promotion: " + refused.reason());
        log.warn("{}: {}", service.name(), trouble.get());
      }
      case Outcome.Decided decided -> beginEpoch(decided, cause);
    }
    return outcome;
  }

  private void beginEpoch(Outcome.Decided decided, String cause) {
    around
        .audit()
        .record(
            service.name(),
            new Change(
                "primary",
                record.primary(),
                decided.record().primary(),
                cause + "; cut " + decided.record().cut()));
    record = decided.record();
    previousEnd = Optional.of(decided.end());
    death = null;
    databaseReached = false;
    opened = false;
    enter(ServicePhase.DECIDED, "epoch " + record.epoch());
    probe.close();
    watch = new PrimaryWatch(policy.promoteAfter());
    probe = probePrimary();
    access.beginEpoch(record.epoch(), record.primary());
    enter(ServicePhase.OPENING, "epoch " + record.epoch());
    desk.beginEpoch(record);
    open();
  }

  private void enter(ServicePhase next, String cause) {
    around.audit().record(service.name(), new Change("service", phase.name(), next.name(), cause));
    phase = phase.to(next);
  }

  private ReplicationSpec spec() {
    List<Topology.Endpoint> voters =
        record.voters().stream().map(name -> service.endpoint(name).orElseThrow()).toList();
    return new ReplicationSpec(
        service.name(),
        record.epoch(),
        primary(),
        voters,
        record.k(),
        policy.capture(),
        policy.limits(),
        policy.captureDdl());
  }

  private Topology.Endpoint primary() {
    return service.endpoint(record.primary()).orElseThrow();
  }
}
