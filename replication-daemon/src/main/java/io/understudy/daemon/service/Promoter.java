package io.understudy.daemon.service;

import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.control.ControlStore;
import io.understudy.daemon.lifecycle.Succession;
import io.understudy.daemon.lifecycle.Succession.Verdict;
import io.understudy.daemon.postgres.Access;
import io.understudy.daemon.postgres.Sequences;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.replication.EpochEnd;
import io.understudy.daemon.replication.Replication;
import io.understudy.daemon.replication.ReplicationSpec;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.model.config.Topology;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends an epoch: closes the old primary, finds the cut, decides. Its steps stand in {@link #decide}
 * in the one order that is safe. Opening the new primary is not here: it follows from the control
 * record alone, the same way as after a restart.
 */
final class Promoter {
  private static final Logger log = LoggerFactory.getLogger(Promoter.class);
  private static final Duration DRAIN_MAX = Duration.ofSeconds(3);
  private static final Duration POLL = Duration.ofMillis(10);

  private final Topology.Service service;
  private final ServicePolicy policy;
  private final ControlStore store;
  private final InstantSource clock;

  Promoter(
      Topology.Service service, ServicePolicy policy, ControlStore store, InstantSource clock) {
    this.service = service;
    this.policy = policy;
    this.store = store;
    this.clock = clock;
  }

  /** What came of a promotion. */
  sealed interface Outcome {
    /**
     * The control record names the new primary.
     *
     * @param record the new record
     * @param end how the old epoch ended
     */
    record Decided(ControlRecord record, EpochEnd end) implements Outcome {}

    /**
     * Nothing was decided.
     *
     * @param reason why
     */
    record Refused(String reason) implements Outcome {}
  }

  /**
   * Takes the writes away from a primary that is alive and waits until a voter holds everything.
   *
   * @return why it failed, after the primary was opened again; null if it is closed
   */
  @Nullable String closeAlive(ControlRecord record, Replication replication) throws SQLException {
    Access access = new Access(endpoint(record.primary()).database());
    access.close(record.epoch());
    noteSequences(record);
    if (drained(record, replication)) {
      return null;
    }
    access.open(record.epoch());
    return "no shadow held everything within " + DRAIN_MAX.toMillis() + " ms; opened again";
  }

  /**
   * Closes a primary that counts as dead, as far as it still answers. If only its application is
   * gone, its database is asked for the rest first: nothing that was committed need be left behind.
   */
  void closeDead(ControlRecord record, Optional<Replication> replication) {
    try {
      new Access(endpoint(record.primary()).database()).close(record.epoch());
      noteSequences(record);
      replication.ifPresent(running -> drained(record, running));
    } catch (SQLException e) {
      // It does not answer; the access keeper closes it when it comes back.
      log.info("{} cannot be closed: {}", record.primary(), e.getMessage());
    }
  }

  /** Nobody uses them any more: this note, in front of the barrier, is exact. */
  private void noteSequences(ControlRecord record) throws SQLException {
    new Sequences(service.name()).note(Server.of(endpoint(record.primary())), clock.millis());
  }

  /** A heartbeat from after the closing has every commit from before it in front of it. */
  private boolean drained(ControlRecord record, Replication replication) {
    long closedAt = clock.millis();
    Instant deadline = clock.instant().plus(DRAIN_MAX);
    while (clock.instant().isBefore(deadline)) {
      OptionalLong newest =
          replication.shadows().stream()
              .filter(shadow -> record.voters().contains(shadow.endpoint()))
              .mapToLong(ShadowStatus::appliedReadingMillis)
              .max();
      if (newest.orElse(0) > closedAt) {
        return true;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    return false;
  }

  /**
   * Finds the cut and decides.
   *
   * @param running the replication of the epoch; empty after a restart beside a dead primary
   * @param target who shall follow, if an operator said so
   */
  Outcome decide(
      ControlRecord record,
      ReplicationSpec spec,
      Optional<Replication> running,
      Optional<String> target)
      throws IOException {
    EpochEnd end =
        running
            .map(replication -> replication.finish(DRAIN_MAX))
            .orElseGet(() -> Replication.inspect(spec));
    int quorum = record.voters().size() - record.k() + 1;
    return switch (Succession.decide(end, quorum, preferred(record), target)) {
      case Verdict.Refuse refuse -> new Outcome.Refused(refuse.reason());
      case Verdict.Promote promote -> {
        ControlRecord next = record.promoting(promote.endpoint(), end.cut(), policy.k());
        // The decision. Before it the old primary may be opened again, after it never.
        yield store.compareAndSet(Optional.of(record), next)
            ? new Outcome.Decided(next, end)
            : new Outcome.Refused("the control record was changed by somebody else");
      }
    };
  }

  private List<String> preferred(ControlRecord record) {
    List<String> regions = policy.regions();
    return record.voters().stream()
        .sorted(
            Comparator.comparingInt(
                name -> Math.floorMod(regions.indexOf(endpoint(name).region()), 1 << 20)))
        .toList();
  }

  private Topology.Endpoint endpoint(String name) {
    return service.endpoint(name).orElseThrow();
  }
}
