package io.understudy.testbed.demo;

import io.understudy.testbed.check.PlanSeen;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Watches the daemon all the time: one thread looks at the service, one waits for events. Each
 * field has one of them as its only writer.
 */
final class Observer implements AutoCloseable {
  private static final long LOOK_NANOS = Duration.ofMillis(100).toNanos();
  private static final Duration EVENT_WAIT = Duration.ofSeconds(5);

  private final DaemonClient daemon;
  private final RunClock clock;
  private final Consumer<AuditEvent> onEvent;
  private final ConcurrentLinkedQueue<PlanSeen> plans = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<AuditEvent> events = new ConcurrentLinkedQueue<>();
  private volatile Optional<ServiceSeen> newest = Optional.empty();
  private volatile Map<String, Double> risks = Map.of();
  private volatile int maxShareInForce; // Written by the looking thread only.
  private volatile boolean closed;

  private Observer(DaemonClient daemon, RunClock clock, Consumer<AuditEvent> onEvent) {
    this.daemon = daemon;
    this.clock = clock;
    this.onEvent = onEvent;
  }

  /**
   * Starts to watch.
   *
   * @param onEvent hears every event once, on the thread that got it
   */
  static Observer watch(DaemonClient daemon, RunClock clock, Consumer<AuditEvent> onEvent) {
    Observer observer = new Observer(daemon, clock, onEvent);
    Thread.ofVirtual().name("look").start(observer::look);
    Thread.ofVirtual().name("listen").start(observer::listen);
    return observer;
  }

  Optional<ServiceSeen> newest() {
    return newest;
  }

  Map<String, Double> risks() {
    return risks;
  }

  int maxShareInForce() {
    return maxShareInForce;
  }

  List<PlanSeen> plans() {
    return List.copyOf(plans);
  }

  List<AuditEvent> events() {
    return List.copyOf(events);
  }

  @Override
  public void close() {
    closed = true;
  }

  private void look() {
    while (!closed) {
      try {
        long before = clock.nanos();
        JsonObject json = daemon.service(Layout.SERVICE);
        ServiceSeen seen = ServiceSeen.read(json, before);
        plans.add(seen.plan());
        raiseMaxShare(seen.shareInForce());
        newest = Optional.of(seen);
        risks = daemon.risks(Layout.SERVICE);
      } catch (IOException e) {
        newest = Optional.empty(); // Whoever waits for a state of the service has a bound.
      } catch (InterruptedException e) {
        return;
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  private void raiseMaxShare(int share) {
    if (share > maxShareInForce) {
      maxShareInForce = share;
    }
  }

  private void listen() {
    long last = 0;
    while (!closed) {
      try {
        for (AuditEvent event : daemon.events(last, EVENT_WAIT)) {
          last = event.seq();
          events.add(event);
          onEvent.accept(event);
        }
      } catch (IOException e) {
        LockSupport.parkNanos(LOOK_NANOS);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
