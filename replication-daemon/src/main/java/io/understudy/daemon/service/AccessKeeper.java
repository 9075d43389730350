package io.understudy.daemon.service;

import io.understudy.daemon.audit.AuditLog;
import io.understudy.daemon.audit.Change;
import io.understudy.daemon.postgres.Access;
import io.understudy.model.config.Topology;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that every endpoint but the primary refuses writes, also one that comes back from the
 * dead. It only ever takes privileges away, and with the ballot of the epoch that it was told, so
 * that it can never undo an opening of a later epoch.
 */
final class AccessKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(AccessKeeper.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Topology.Service service;
  private final AuditLog audit;
  private final Thread thread;
  private volatile Reign reign;

  /** Who is the primary, and since which epoch. */
  private record Reign(long epoch, String primary) {}

  AccessKeeper(Topology.Service service, long epoch, String primary, AuditLog audit) {
    this.service = service;
    this.audit = audit;
    this.reign = new Reign(epoch, primary);
    this.thread = Thread.ofVirtual().name("access-" + service.name()).start(this::run);
  }

  void beginEpoch(long epoch, String primary) {
    reign = new Reign(epoch, primary);
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    Reign known = reign;
    Set<String> refusing = new HashSet<>();
    try {
      while (true) {
        if (!known.equals(reign)) {
          known = reign;
          refusing.clear();
        }
        for (Topology.Endpoint endpoint : service.endpoints()) {
          boolean other = !endpoint.name().equals(known.primary());
          if (other && !refusing.contains(endpoint.name()) && refuses(endpoint, known.epoch())) {
            refusing.add(endpoint.name());
          }
        }
        Thread.sleep(INTERVAL);
      }
    } catch (InterruptedException e) {
      log.debug("access keeper of {} stopped", service.name());
    }
  }

  private boolean refuses(Topology.Endpoint endpoint, long epoch) {
    try {
      Access.Verdict verdict = new Access(endpoint.database()).refuse(epoch);
      audit.record(
          service.name(),
          new Change("endpoint " + endpoint.name(), "?", "REFUSING", verdict.toString()));
      return true;
    } catch (SQLException e) {
      log.debug("{} cannot be told to refuse writes: {}", endpoint.name(), e.getMessage());
      return false;
    }
  }
}
