package io.understudy.gateway.cache;

import com.hazelcast.core.HazelcastInstance;
import io.understudy.gateway.decision.Limits;
import io.understudy.gateway.decision.Snapshot;
import io.understudy.gateway.metrics.GatewayMetrics;
import io.understudy.model.AppliedClock;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies what the near caches hold into an immutable snapshot, on a thread of its own. Requests
 * read {@link #current} and never wait, whatever the cluster does.
 */
public final class SnapshotCopier implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SnapshotCopier.class);

  private static final long PASS_NANOS = 20_000_000;

  /** Listing the services asks the cluster, unlike everything else in a pass. */
  private static final int PASSES_PER_LISTING = 25;

  private final NearCaches caches;
  private final Ledger ledger;
  private final EntryLog entries;
  private final Thread thread;

  private Set<String> services = Set.of();
  private int passesUntilListing;
  private boolean reached;

  private volatile boolean closing;
  private volatile Snapshot current = Snapshot.NOTHING;

  private SnapshotCopier(HazelcastInstance client, Limits limits, GatewayMetrics metrics) {
    this.caches = new NearCaches(client);
    this.ledger = new Ledger(limits);
    this.entries = new EntryLog(metrics);
    this.thread = Thread.ofPlatform().daemon().name("understudy-copier").unstarted(this::copy);
  }

  public static SnapshotCopier start(
      HazelcastInstance client, Limits limits, GatewayMetrics metrics) {
    SnapshotCopier copier = new SnapshotCopier(client, limits, metrics);
    copier.thread.start();
    return copier;
  }

  /** The newest snapshot; never blocks. */
  public Snapshot current() {
    return current;
  }

  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(thread);
  }

  private void copy() {
    try {
      while (!closing) {
        pass();
        LockSupport.parkNanos(PASS_NANOS);
      }
    } catch (RuntimeException | Error e) {
      log.error(
          "copier: RUNNING -> STOPPED; what is known ages out and then every request goes to the"
              + " primary; restart the plugin host and report this",
          e);
    }
  }

  private void pass() {
    if (passesUntilListing-- <= 0) {
      // An offline client fails at once, so looking for the cluster at every pass costs nothing.
      passesUntilListing = list() ? PASSES_PER_LISTING : 0;
    }
    for (String service : services) {
      copy(service);
    }
    if (reached != current.reached() || !ledger.views().equals(current.services())) {
      current = new Snapshot(reached, ledger.views());
    }
  }

  private boolean list() {
    Reading<Set<String>> listed = caches.services();
    entries.cluster(listed);
    if (!(listed instanceof Reading.Known<Set<String>>(Set<String> names))) {
      return false;
    }
    services.stream().filter(name -> !names.contains(name)).forEach(ledger::absent);
    services = names;
    reached = true;
    return true;
  }

  private void copy(String service) {
    Reading<ShiftPlan> reading = caches.plan(service);
    entries.plan(service, reading, ledger);
    ShiftPlan plan = ledger.plan(service, reading);
    if (plan == null) {
      return;
    }
    String primary = RiskScore.key(service, plan.primary());
    Reading<RiskScore> score = caches.score(primary);
    entries.entry(RiskScore.MAP, primary, score);
    ledger.evidence(service, score, clock(service, plan));
  }

  private Reading<AppliedClock> clock(String service, ShiftPlan plan) {
    if (plan.shadow() == null) {
      return new Reading.Absent<>();
    }
    String shadow = RiskScore.key(service, plan.shadow());
    Reading<AppliedClock> clock = caches.clock(shadow);
    entries.entry(AppliedClock.MAP, shadow, clock);
    return clock;
  }
}
