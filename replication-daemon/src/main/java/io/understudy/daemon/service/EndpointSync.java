package io.understudy.daemon.service;

import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.ControlRecord;
import io.understudy.daemon.control.EpochStore;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.replication.ShadowState;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.daemon.replication.ShadowTrack;
import io.understudy.model.AppliedClock;
import io.understudy.model.Position;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.Topology;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * State synchronisation by the endpoints' own daemons: they copy, acknowledge, promise, open and
 * close. Here they are only watched, and one of them is told when to take over; what is decided
 * stands in the control record that they share.
 */
final class EndpointSync implements StateSync {
  private static final Logger log = LoggerFactory.getLogger(EndpointSync.class);
  private static final int MISSED_MIN = 3;
  private static final Duration PROMOTION_MAX = Duration.ofSeconds(15);

  private final Topology.Service service;
  private final ServicePolicy policy;
  private final Surroundings around;
  private final EpochStore store;
  private final EndpointLink link;
  private final Map<String, ShadowTrack> tracks = new LinkedHashMap<>();
  private volatile ControlRecord record; // read by the link's event loop
  private Optional<String> storeTrouble = Optional.empty();
  private Position captured = Position.NONE;
  private Position replicated = Position.NONE;
  private Instant now = Instant.MIN;

  /** When the primary's daemon last said that it is open in this epoch; null before. */
  private @Nullable Instant openAt;

  /** The promotion that was asked for in this epoch. */
  private @Nullable Future<JsonObject> promotion;

  /**
   * Begins to watch.
   *
   * @throws IOException if there is no control record, which the endpoints' daemons make
   */
  EndpointSync(
      Topology.Service service, ServicePolicy policy, EndpointDaemons daemons, Surroundings around)
      throws IOException {
    this.service = service;
    this.policy = policy;
    this.around = around;
    this.store = daemons.store();
    this.record =
        store
            .read(service.name())
            .map(there -> adapt(service, there))
            .orElseThrow(() ->
                new IOException(
                    "service '"
                        + service.name()
                        + "' has no control record: start the daemons of its endpoints first,"
                        + " with the same control folder"));
    Map<String, HostPort> addresses = new LinkedHashMap<>();
    service.endpoints().forEach(each -> addresses.put(each.name(), each.daemon().orElseThrow()));
    this.link = new EndpointLink(daemons, around.clock(), addresses);
    beginEpoch();
    link.start(
        () -> record.primary(),
        (primary, position) -> around.feed().advance(service.name(), primary, position));
  }

  private static ControlRecord adapt(Topology.Service service, EpochRecord there) {
    return new ControlRecord(
        service.name(),
        there.epoch(),
        there.primary(),
        there.cut().position(),
        there.electorate().voters(),
        there.electorate().k());
  }

  private void beginEpoch() {
    openAt = null;
    promotion = null;
    captured = Position.NONE;
    Map<String, ShadowTrack> before = Map.copyOf(tracks);
    tracks.clear();
    for (String voter : record.voters()) {
      tracks.put(voter, before.getOrDefault(voter, ShadowTrack.unknown(voter)));
    }
  }

  // -- what is seen

  @Override
  public void look(Instant at) {
    now = at;
    readRecord();
    link.seen(record.primary())
        .filter(primary -> primary.leads(record.epoch()))
        .ifPresent(primary -> {
          captured = primary.journal();
          replicated = primary.replicated();
          if (primary.open()) {
            openAt = primary.at();
          }
        });
    for (String voter : record.voters()) {
      ShadowTrack before = Objects.requireNonNull(tracks.get(voter));
      ShadowTrack after = link.seen(voter).map(seen -> track(before, seen)).orElse(before);
      tracks.put(voter, after.tick(at.toEpochMilli(), policy.limits()));
      if (after.reading() > before.reading()) {
        around
            .board()
            .publish(new AppliedClock(service.name(), voter, record.epoch(), after.reading()));
      }
    }
  }

  private void readRecord() {
    try {
      Optional<EpochRecord> there = store.read(service.name());
      storeTrouble = Optional.empty();
      if (there.isPresent() && there.get().epoch() >= record.epoch()) {
        ControlRecord read = adapt(service, there.get());
        boolean other = !read.equals(record);
        boolean later = read.epoch() > record.epoch();
        record = read;
        if (later) {
          beginEpoch();
        } else if (other) {
          read.voters().forEach(voter -> tracks.computeIfAbsent(voter, ShadowTrack::unknown));
        }
      }
    } catch (IOException e) {
      storeTrouble = Optional.of("the control record cannot be read: " + e.getMessage());
    }
  }

  /** What a daemon says of an epoch that it does not follow says nothing about this one. */
  private ShadowTrack track(ShadowTrack before, EndpointSeen seen) {
    if (seen.failure().isPresent()) {
      return before.failed(seen.failure().get());
    }
    if (seen.seeding().isPresent()) {
      ShadowState.Seeding copied = seen.seeding().get();
      return before.seeding(copied.rows(), copied.bytes(), copied.bytesExpected());
    }
    if (!seen.votes() || seen.epoch() != record.epoch()) {
      return before;
    }
    ShadowTrack going =
        switch (before.state()) {
          case ShadowState.Seeding _, ShadowState.Failed _, ShadowState.Diverged _ ->
              before.from(seen.applied());
          case ShadowState.CatchingUp _, ShadowState.InSync _ -> before;
        };
    long reading = seen.readingMillis() > going.reading() ? seen.readingMillis() : 0;
    if (seen.diverged().isPresent()) {
      return before.diverged(seen.diverged().get(), seen.applied());
    }
    ShadowTrack after =
        going.applied(seen.applied(), reading, seen.at().toEpochMilli(), policy.limits());
    return seen.trouble().map(after::retrying).orElse(after);
  }

  @Override
  public ControlRecord record() {
    return record;
  }

  @Override
  public Optional<Copies> copies() {
    List<ShadowStatus> shadows =
        record.voters().stream()
            .map(voter ->
                Objects.requireNonNull(tracks.get(voter)).status(captured, now.toEpochMilli()))
            .toList();
    return Optional.of(new Copies(replicated, shadows, Optional.empty()));
  }

  @Override
  public Optional<String> trouble() {
    return storeTrouble.or(() -> openAt == null ? Optional.empty() : notOpen());
  }

  /** Why the primary's daemon does not have its database open; empty if it has. */
  private Optional<String> notOpen() {
    Optional<EndpointSeen> seen = link.seen(record.primary());
    if (seen.isEmpty()) {
      return Optional.of("the daemon of " + record.primary() + " does not answer");
    }
    EndpointSeen primary = seen.get();
    return primary.leads(record.epoch()) && primary.open()
        ? Optional.empty()
        : Optional.of(
            "the daemon of "
                + record.primary()
                + " is a "
                + primary.role()
                + " in phase "
                + primary.phase()
                + " of epoch "
                + primary.epoch()
                + " and not open in epoch "
                + record.epoch());
  }

  /** No commit returns without the primary's daemon. */
  @Override
  public Optional<String> death(Instant at) {
    Instant last = openAt;
    if (last == null || at.isBefore(last.plus(policy.promoteAfter()))) {
      return Optional.empty();
    }
    boolean heard = link.seen(record.primary()).isPresent();
    // A pause of this process is not a silence of the other.
    return heard || link.missed(record.primary()) >= MISSED_MIN ? notOpen() : Optional.empty();
  }

  // -- what is ordered

  @Override
  public Optional<String> open() {
    return notOpen();
  }

  @Override
  public Duration retryAfter() {
    return Duration.ZERO;
  }

  @Override
  public void renew(Instant at) {}

  /** The promises take its acknowledgements away, and its own daemon closes it. */
  @Override
  public Optional<String> closePrimary() {
    return Optional.empty();
  }

  @Override
  public Outcome succeed(Optional<String> target, boolean alive) {
    Future<JsonObject> asked = promotion;
    if (asked == null) {
      Optional<String> candidate = target.or(this::candidate);
      if (candidate.isEmpty()) {
        return new Outcome.Refused("no daemon of the voters " + record.voters() + " answers");
      }
      log.info("{}: asking {} to take over", service.name(), candidate.get());
      promotion = link.promote(candidate.get(), PROMOTION_MAX);
      return new Outcome.UnderWay();
    }
    if (!asked.isComplete()) {
      return new Outcome.UnderWay();
    }
    if (asked.succeeded()) {
      return new Outcome.UnderWay(); // The record says so, and the next look brings it.
    }
    promotion = null;
    return new Outcome.Refused(String.valueOf(asked.cause().getMessage()));
  }

  /** In sync first, in the order of the policy's regions. */
  private Optional<String> candidate() {
    return record.voters().stream()
        .filter(voter -> link.seen(voter).filter(EndpointSeen::votes).isPresent())
        .min(
            Comparator.comparing((String voter) -> !inSync(voter))
                .thenComparingInt(this::preference));
  }

  private boolean inSync(String voter) {
    return Objects.requireNonNull(tracks.get(voter)).state() instanceof ShadowState.InSync;
  }

  private int preference(String voter) {
    String region = service.endpoint(voter).map(Topology.Endpoint::region).orElse("");
    return Math.floorMod(policy.regions().indexOf(region), 1 << 20);
  }

  @Override
  public void reseed(String endpoint) {
    log.info("{}: {} is copied anew", service.name(), endpoint);
    link.reseed(endpoint);
  }

  @Override
  public void close() {
    link.close();
  }
}
