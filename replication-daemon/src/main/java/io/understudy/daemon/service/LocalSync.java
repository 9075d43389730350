package io.understudy.daemon.service;

import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.control.ControlStore;
import io.understudy.daemon.postgres.Access;
import io.understudy.daemon.postgres.PreflightException;
import io.understudy.daemon.replication.EpochEnd;
import io.understudy.daemon.replication.Replication;
import io.understudy.daemon.replication.ReplicationSpec;
import io.understudy.model.config.Topology;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** State synchronisation inside this process: no journals, a voter is a shadow's database. */
final class LocalSync implements StateSync {
  private static final Logger log = LoggerFactory.getLogger(LocalSync.class);
  private static final Duration RETRY = Duration.ofSeconds(1);

  private final Topology.Service service;
  private final ServicePolicy policy;
  private final Surroundings around;
  private final Promoter promoter;
  private final AccessKeeper access;
  private ControlRecord record;
  private Optional<EpochEnd> previousEnd = Optional.empty();
  private Optional<Replication> replication = Optional.empty();

  /** The stream of this epoch has broken while the replication still stands. */
  private volatile @Nullable Lost lost;

  private record Lost(long epoch, String reason, Instant at) {}

  LocalSync(Topology.Service service, ServicePolicy policy, ControlStore store, Surroundings around)
      throws IOException {
    this.service = service;
    this.policy = policy;
    this.around = around;
    this.record = ControlRecords.readOrCreate(service, policy, store);
    this.promoter = new Promoter(service, policy, store, around.clock());
    this.access = new AccessKeeper(service, record.epoch(), record.primary(), around.audit());
  }

  @Override
  public void look(Instant now) {}

  @Override
  public ControlRecord record() {
    return record;
  }

  @Override
  public Optional<Copies> copies() {
    return replication.map(running ->
        new Copies(running.replicated(), running.shadows(), Optional.of(running.figures())));
  }

  @Override
  public Optional<String> trouble() {
    return Optional.ofNullable(broken())
        .map(broken -> "the stream from " + record.primary() + " ended: " + broken.reason());
  }

  private @Nullable Lost broken() {
    Lost broken = lost;
    return broken != null && broken.epoch() == record.epoch() ? broken : null;
  }

  /** Whoever copies is this process: what it cannot reach is what the probes cannot reach. */
  @Override
  public Optional<String> death(Instant now) {
    return Optional.empty();
  }

  @Override
  public Optional<String> open() {
    try {
      if (replication.isEmpty()) {
        replication = Optional.of(start());
      }
      Access.Verdict verdict = new Access(primary().database()).open(record.epoch());
      if (verdict instanceof Access.Verdict.Outbid outbid) {
        return Optional.of(
            "database of " + record.primary() + " obeys a higher ballot " + outbid.ballot());
      }
      previousEnd = Optional.empty();
      return Optional.empty();
    } catch (SQLException | PreflightException e) {
      return Optional.of("cannot open " + record.primary() + ": " + e.getMessage());
    }
  }

  @Override
  public Duration retryAfter() {
    return RETRY;
  }

  private Replication start() throws SQLException {
    long epoch = record.epoch();
    ReplicationFeed feed = new ReplicationFeed(record, around, reason -> lose(epoch, reason));
    return previousEnd.isPresent()
        ? Replication.startEpoch(spec(), previousEnd.get(), around.clock(), feed)
        : Replication.start(spec(), around.clock(), feed);
  }

  private void lose(long epoch, String reason) {
    log.warn("{}: the stream of epoch {} ended: {}", service.name(), epoch, reason);
    lost = new Lost(epoch, reason, around.clock().instant());
  }

  @Override
  public void renew(Instant now) {
    Lost broken = broken();
    if (broken != null && !now.isBefore(broken.at().plus(RETRY))) {
      replication.ifPresent(Replication::close);
      replication = Optional.empty();
      lost = null;
    }
  }

  @Override
  public Optional<String> closePrimary() {
    if (replication.isEmpty()) {
      return Optional.of("no shadow follows yet");
    }
    try {
      return Optional.ofNullable(promoter.closeAlive(record, replication.get()));
    } catch (SQLException e) {
      return Optional.of(record.primary() + " cannot be closed: " + e.getMessage());
    }
  }

  @Override
  public Outcome succeed(Optional<String> target, boolean alive) {
    if (!alive) {
      promoter.closeDead(record, replication);
    }
    Promoter.Outcome outcome;
    try {
      outcome = promoter.decide(record, spec(), replication, target);
    } catch (IOException e) {
      outcome =
          new Promoter.Outcome.Refused("the control record cannot be written: " + e.getMessage());
    }
    release();
    return switch (outcome) {
      case Promoter.Outcome.Refused refused -> new Outcome.Refused(refused.reason());
      case Promoter.Outcome.Decided decided -> {
        record = decided.record();
        previousEnd = Optional.of(decided.end());
        access.beginEpoch(record.epoch(), record.primary());
        yield new Outcome.Decided(record);
      }
    };
  }

  /**
   * Lets the replication go without waiting for it: once finished it applies nothing any more, and
   * a capture of a dead primary may take seconds to notice that it is alone.
   */
  private void release() {
    replication.ifPresent(ended -> Thread.ofVirtual().name("release").start(ended::close));
    replication = Optional.empty();
    lost = null;
  }

  @Override
  public void reseed(String endpoint) {
    replication.ifPresent(running -> running.reseed(endpoint));
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
        policy.captureDdl(),
        policy.receiver());
  }

  private Topology.Endpoint primary() {
    return service.endpoint(record.primary()).orElseThrow();
  }

  @Override
  public void close() {
    access.close();
    replication.ifPresent(Replication::close);
  }
}
