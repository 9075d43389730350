package io.understudy.daemon.service;

import io.understudy.daemon.audit.Change;
import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.control.ControlStore;
import io.understudy.daemon.lifecycle.ServicePhase;
import io.understudy.daemon.service.StateSync.Outcome;
import io.understudy.daemon.shift.OperatorOrder;
import io.understudy.daemon.watch.EndpointProbe;
import io.understudy.daemon.watch.PrimaryWatch;
import io.understudy.daemon.watch.PrimaryWatch.Reachability;
import io.understudy.model.config.Topology;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
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
  private final StateSync sync;
  private final ServiceDesk desk;
  private final Thread thread;

  private ControlRecord record;
  private ServicePhase phase = ServicePhase.OPENING;
  private PrimaryWatch watch;
  private EndpointProbe probe;
  private Instant retryAt = Instant.MIN;
  private Optional<String> trouble = Optional.of("starting");
  private boolean databaseReached;

  /** Whether the record's primary was opened since it became that. */
  private boolean opened;

  /** Why the primary counts as dead; null while it does not. */
  private @Nullable String death;

  /** The change of the primary that is under way. */
  private @Nullable Succession succession;

  /**
   * A change of the primary.
   *
   * @param order the operator's, if there is one
   */
  private record Succession(String cause, Optional<Signal.PromoteOrdered> order) {
    Optional<String> target() {
      return order.flatMap(Signal.PromoteOrdered::target);
    }

    /** A target that is not the new primary did not get what was ordered for it. */
    void hear(ControlRecord decided) {
      String what = decided.primary() + " is the primary of epoch " + decided.epoch();
      if (target().filter(name -> !name.equals(decided.primary())).isPresent()) {
        refuse(what);
      } else {
        order.ifPresent(given -> given.answer().complete(what));
      }
    }

    void refuse(String reason) {
      order.ifPresent(
          given -> given.answer().completeExceptionally(new IllegalStateException(reason)));
    }
  }

  /**
   * Takes over a service whose state is copied in this process.
   *
   * @throws IOException if its control record cannot be read or created
   */
  public ServiceSupervisor(
      Topology.Service service, ServicePolicy policy, ControlStore store, Surroundings around)
      throws IOException {
    this(service, policy, new LocalSync(service, policy, store, around), around);
  }

  /**
   * Takes over a service whose endpoints have daemons of their own.
   *
   * @throws IOException if its control record is not there or cannot be read
   */
  public static ServiceSupervisor commanding(
      EndpointDaemons daemons, Topology.Service service, ServicePolicy policy, Surroundings around)
      throws IOException {
    return new ServiceSupervisor(
        service, policy, new EndpointSync(service, policy, daemons, around), around);
  }

  private ServiceSupervisor(
      Topology.Service service, ServicePolicy policy, StateSync sync, Surroundings around) {
    this.service = service;
    this.policy = policy;
    this.around = around;
    this.sync = sync;
    this.record = sync.record();
    this.desk = new ServiceDesk(service, policy, sync, around, this::tell);
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
      desk.close();
      sync.close();
    }
  }

  private void hear(Signal signal) {
    switch (signal) {
      case Signal.Observed observed -> observed(observed);
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
    sync.look(now);
    follow();
    Succession going = succession;
    if (going != null) {
      succeed(going);
    } else if (!now.isBefore(retryAt)) {
      Optional<String> dead = Optional.ofNullable(death).or(() -> sync.death(now));
      if (dead.isPresent()) {
        succeed(new Succession(dead.get(), Optional.empty()));
      } else if (!opened || trouble.isPresent() || sync.copies().isEmpty()) {
        open();
      } else if (databaseReached) {
        sync.renew(now);
      }
    }
    desk.tick(new ServiceDesk.Standing(record, phase, databaseReached, trouble.or(sync::trouble)));
  }

  /** The record says who the primary is, whoever changed it. */
  private void follow() {
    if (sync.record().epoch() > record.epoch()) {
      Succession going = succession;
      beginEpoch(sync.record(), going == null ? "decided elsewhere" : going.cause());
      if (going != null) {
        succession = null;
        going.hear(record);
      }
    } else {
      record = sync.record(); // Its voters may have changed.
    }
  }

  /** Brings the world to what the control record says; the same after a decision and a restart. */
  private void open() {
    Optional<String> before = trouble;
    trouble = sync.open();
    if (trouble.isPresent()) {
      if (!trouble.equals(before)) {
        log.info("{}: not open yet: {}", service.name(), trouble.get());
      }
      retryAt = around.clock().instant().plus(sync.retryAfter());
      return;
    }
    opened = true;
    if (phase == ServicePhase.OPENING) {
      enter(ServicePhase.STEADY, record.primary() + " is open");
    }
  }

  private void promoteOrdered(Signal.PromoteOrdered order) {
    Succession wanted = new Succession("ordered", Optional.of(order));
    if (phase != ServicePhase.STEADY || succession != null || sync.copies().isEmpty()) {
      wanted.refuse("not now: " + trouble.orElse("a promotion is under way"));
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
    // Whatever comes of it, a later tick opens the primary of the record again.
    opened = false;
    Optional<String> refusal = sync.closePrimary();
    if (refusal.isPresent()) {
      wanted.refuse(refusal.get());
      return;
    }
    enter(ServicePhase.CLOSED, "ordered");
    succeed(wanted);
  }

  private void succeed(Succession wanted) {
    switch (sync.succeed(wanted.target(), wanted.order().isPresent())) {
      case Outcome.UnderWay _ -> {
        succession = wanted;
        return;
      }
      case Outcome.Refused(String reason) -> {
        if (phase == ServicePhase.CLOSED) {
          enter(ServicePhase.STEADY, reason);
        }
        trouble = Optional.of("no promotion: " + reason);
        log.warn("{}: {}", service.name(), trouble.get());
        retryAt = around.clock().instant().plus(RETRY);
        wanted.refuse(reason);
      }
      case Outcome.Decided(ControlRecord next) -> {
        beginEpoch(next, wanted.cause());
        wanted.hear(next);
      }
    }
    succession = null;
  }

  private void beginEpoch(ControlRecord next, String cause) {
    around
        .audit()
        .record(
            service.name(),
            new Change("primary", record.primary(), next.primary(), cause + "; cut " + next.cut()));
    record = next;
    death = null;
    databaseReached = false;
    opened = false;
    retryAt = Instant.MIN;
    trouble = Optional.of(record.primary() + " is not open yet");
    enter(ServicePhase.DECIDED, "epoch " + record.epoch());
    probe.close();
    watch = new PrimaryWatch(policy.promoteAfter());
    probe = probePrimary();
    enter(ServicePhase.OPENING, "epoch " + record.epoch());
    desk.beginEpoch(record);
    open();
  }

  private void enter(ServicePhase next, String cause) {
    around.audit().record(service.name(), new Change("service", phase.name(), next.name(), cause));
    phase = phase.to(next);
  }

  private Topology.Endpoint primary() {
    return service.endpoint(record.primary()).orElseThrow();
  }
}
