package io.understudy.daemon.protocol;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The daemon beside the primary: journals what the database commits, ships it to the voters, and
 * acknowledges it. One owner; pure. <b>A transaction is acknowledged in {@link #confirm} and
 * nowhere else.</b>
 *
 * <p>{@code FETCHING} (its own journal lacks what earlier epochs, or itself before a restart,
 * acknowledged) {@code -> OPENING} (k voters and its database get all of that) {@code -> OPEN};
 * from each {@code -> STEPPED_DOWN} (a later epoch) and {@code -> FAILED} (its journal's disk).
 */
public final class SourceRole {
  /** Where a source stands. */
  public enum Phase {
    FETCHING,
    OPENING,
    OPEN,
    FAILED,
    STEPPED_DOWN
  }

  private final Rules rules;
  private final SourceLimits limits;
  private final Map<String, VoterLink> links = new TreeMap<>();
  private List<Effect> out = new ArrayList<>();
  private Phase phase;
  private EpochRecord record;
  private @Nullable EpochRecord proposed; // Invariant: while not null, both electorates must hold
  private boolean claimed; // while false, a late write of an earlier self may win: nothing advances
  private Tip appended;
  private Tip durable; // Invariant: durable <= appended
  private Position applied;
  private Position replicated = Position.NONE; // Invariant (I4): never falls
  private Position confirmed; // Invariant (I6): held by k voters and the own journal
  private final Position floor; // was acknowledged before this source began
  private boolean syncing;
  private boolean fetching;
  private boolean applying;
  private long nowMillis;

  public SourceRole(SourceStart start, SourceLimits limits) {
    this(start, limits, new Rules());
  }

  SourceRole(SourceStart start, SourceLimits limits, Rules rules) {
    this.rules = rules;
    this.limits = limits;
    this.record = start.record();
    this.appended = start.journal();
    this.durable = start.journal();
    this.applied = start.applied();
    this.confirmed = Rules.max(start.slot(), record.cut().position());
    this.floor = confirmed;
    this.phase = durable.reaches(floor) ? Phase.OPENING : Phase.FETCHING;
    this.proposed = record.claimed();
    meet(record.electorate());
  }

  public Phase phase() {
    return phase;
  }

  public EpochRecord record() {
    return record;
  }

  public Position replicated() {
    return replicated;
  }

  /** Everything up to here is acknowledged; never more than what is replicated. */
  public Position confirmed() {
    return confirmed;
  }

  /** Up to where each voter vouched for what it was sent, by name. */
  public Map<String, Position> acked() {
    return Map.copyOf(acks());
  }

  /** What has to be done because of this event, in this order. */
  public List<Effect> step(Event.OfSource event) {
    if (phase == Phase.STEPPED_DOWN || (phase == Phase.FAILED && !endsFailure(event))) {
      return List.of();
    }
    out = new ArrayList<>();
    switch (event) {
      case Event.Captured(Frame frame) -> onCaptured(frame);
      case Event.SourceReceived(String from, Message.ToSource message) -> receive(from, message);
      case Event.JournalDurable(Tip tip) -> onDurable(tip);
      case Event.JournalFailed() -> phase = Phase.FAILED; // commits wait; nothing is lost
      case Event.FramesRead(String peer, Tip previous, List<Frame> frames) ->
          onRead(peer, previous, frames);
      case Event.CannotRead(String peer) -> onCannotRead(peer);
      case Event.Applied(Position position) -> onApplied(position);
      case Event.Tick(long now) -> onTick(now);
      case Event.Disconnected(String peer) -> withLink(peer, VoterLink::disconnect);
      case Event.Superseded(long epoch) -> stepDownFor(epoch);
      case Event.ChangeElectorate(Electorate next, Durability worth) -> onChange(next, worth);
      case Event.RecordSeen(EpochRecord seen) -> onRecord(seen);
      case Event.RecordUnknown() -> {} // the write is tried again with the next tick
    }
    sync();
    return out;
  }

  private static boolean endsFailure(Event.OfSource event) {
    return event instanceof Event.Superseded;
  }

  private void receive(String from, Message.ToSource message) {
    VoterLink link = links.get(from);
    if (link == null) {
      return;
    }
    switch (message) {
      case Message.Ack(long epoch, Tip tip) when epoch == record.epoch() -> onAck(link, tip);
      case Message.Joined(long epoch, Tip tip) when epoch == record.epoch() ->
          onJoined(from, link, tip);
      case Message.Resend(long epoch, Tip after) when epoch == record.epoch() -> {
        link.restartAt(after, nowMillis);
        pump();
      }
      case Message.JoinFirst(long epoch) when epoch == record.epoch() -> {
        link.disconnect();
        send(from, new Message.Join(record));
      }
      case Message.Fetched(long epoch, Tip previous, List<Frame> frames)
          when epoch == record.epoch() ->
          onFetched(from, previous, frames);
      case Message.Stale(long promised) when promised > record.epoch() -> onStale(link, promised);
      // Answers to a source that this daemon was in an earlier epoch.
      case Message.Ack ack -> {}
      case Message.Joined joined -> {}
      case Message.Resend resend -> {}
      case Message.JoinFirst joinFirst -> {}
      case Message.Fetched fetched -> {}
      case Message.Stale stale -> {}
    }
  }

  // -- acknowledge

  private void onAck(VoterLink link, Tip tip) {
    link.ack(tip, nowMillis);
    advance();
    pump();
  }

  private void onDurable(Tip tip) {
    durable = tip;
    syncing = false;
    if (phase == Phase.FETCHING && durable.reaches(floor)) {
      phase = Phase.OPENING;
    }
    advance();
    pump();
  }

  /** Raises the watermark to what k voters hold, in every electorate that may be in force. */
  private void advance() {
    if (!claimed) {
      return; // a late write of an earlier self may have changed the electorate unseen
    }
    Map<String, Position> acks = acks();
    Position held = rules.replicated(rules.inForce(record, reachable()), acks);
    if (proposed != null) {
      held = Rules.min(held, rules.replicated(proposed.electorate(), acks));
    }
    replicated = Rules.max(replicated, held);
    if (phase == Phase.OPENING) {
      open();
    }
    confirm();
  }

  /** The one place where transactions are acknowledged: COMMIT returns for all up to here. */
  private void confirm() {
    Position safe = rules.confirmable(replicated, durable.position());
    if (phase == Phase.OPEN && safe.compareTo(confirmed) > 0) {
      confirmed = safe;
      out.add(new Effect.ConfirmSlot(safe));
    }
  }

  private void open() {
    Position cut = record.cut().position();
    if (applied.compareTo(cut) < 0 && !applying) {
      applying = true;
      out.add(new Effect.Apply(cut)); // history is applied whatever k says: the record decided it
    } else if (applied.compareTo(cut) >= 0 && replicated.compareTo(floor) >= 0) {
      phase = Phase.OPEN;
      out.add(new Effect.Open(record.epoch()));
    }
  }

  private void onApplied(Position position) {
    applied = Rules.max(applied, position);
    advance();
  }

  private Map<String, Position> acks() {
    Map<String, Position> acks = new HashMap<>();
    links.forEach((voter, link) -> acks.put(voter, link.acked()));
    return acks;
  }

  private Set<String> reachable() {
    Set<String> reachable = new TreeSet<>();
    links.forEach((voter, link) -> {
      if (link.joined()) {
        reachable.add(voter);
      }
    });
    return reachable;
  }

  // -- capture and journal

  private void onCaptured(Frame frame) {
    boolean known = frame.position().compareTo(appended.position()) <= 0; // again after a restart
    if (phase == Phase.OPEN && !known) {
      append(List.of(frame));
      pump();
    }
  }

  private void append(List<Frame> frames) {
    for (Frame frame : frames) {
      appended = appended.then(frame);
    }
    out.add(new Effect.Append(frames));
  }

  /** After what the step ships, so that voters and this disk work at the same time. */
  private void sync() {
    if (phase != Phase.FAILED && !syncing && !durable.equals(appended)) {
      syncing = true;
      out.add(new Effect.Sync());
    }
  }

  // -- ship

  private void onJoined(String from, VoterLink link, Tip tip) {
    link.ack(tip, nowMillis);
    link.restartAt(tip, nowMillis);
    if (phase == Phase.FETCHING && !fetching && tip.reaches(floor)) {
      fetch(from);
    }
    advance();
    pump();
  }

  /** Shipping does not wait for the own fsync; a restarted source captures the same again. */
  private void pump() {
    if (phase != Phase.OPENING && phase != Phase.OPEN) {
      return;
    }
    links.forEach((voter, link) -> {
      if (link.mayRead(appended)) {
        link.read();
        // As far as there is when it is read: more may have been captured by then.
        out.add(new Effect.Read(voter, link.sent(), new Position(record.epoch(), Lsn.MAX)));
      }
    });
  }

  private void onRead(String peer, Tip previous, List<Frame> frames) {
    VoterLink link = links.get(peer);
    if (link == null || !link.takes(previous)) {
      return;
    }
    Tip last = previous;
    for (Frame frame : frames) {
      last = last.then(frame);
    }
    link.sent(last);
    send(peer, new Message.Batch(record.epoch(), previous, frames, replicated));
    pump();
  }

  private void onCannotRead(String peer) {
    VoterLink link = links.get(peer);
    if (link != null && link.takes(link.sent()) && phase == Phase.OPEN) {
      link.disconnect();
      send(peer, new Message.UseSnapshot(record.epoch()));
    }
  }

  private void fetch(String from) {
    fetching = true;
    send(from, new Message.Fetch(record.epoch(), appended, floor));
  }

  private void onFetched(String from, Tip previous, List<Frame> frames) {
    if (phase != Phase.FETCHING || !previous.equals(appended) || frames.isEmpty()) {
      return; // asked again with the next tick
    }
    append(frames);
    if (!appended.reaches(floor)) {
      fetch(from);
    }
  }

  private void onTick(long now) {
    nowMillis = now;
    fetching = false;
    links.forEach((voter, link) -> {
      link.rewindIfSilent(now);
      if (phase == Phase.FETCHING || !link.joined()) {
        send(voter, new Message.Join(record));
      } else {
        send(voter, new Message.Batch(record.epoch(), link.sent(), List.of(), replicated));
      }
    });
    propose();
    advance();
    pump();
  }

  // -- voters come and go

  private void onChange(Electorate next, Durability worth) {
    boolean possible = claimed && phase == Phase.OPEN && !next.voters().contains(record.primary());
    if (possible && proposed == null && worth != Durability.ASYNC) {
      proposed = record.with(next, worth);
      meet(next);
    }
  }

  /** Both electorates hold what was acknowledged before the record may name the new one. */
  private void propose() {
    if (proposed != null
        && (!claimed || proposed.electorate().held(acks()).compareTo(confirmed) >= 0)) {
      out.add(new Effect.WriteRecord(record, proposed));
    }
  }

  private void onRecord(EpochRecord seen) {
    if (seen.epoch() > record.epoch()) {
      stepDownFor(seen.epoch());
    } else if (seen.equals(proposed)) {
      adopt(seen, null);
      claimed = true;
      advance();
    } else if (seen.version() > record.version()) {
      claimed = false; // a write of an earlier self came through after all
      adopt(seen, seen.claimed());
    }
  }

  private void adopt(EpochRecord seen, @Nullable EpochRecord next) {
    record = seen;
    proposed = next;
    meet(seen.electorate());
    links.keySet().retainAll(seen.electorate().voters());
  }

  private void meet(Electorate electorate) {
    electorate.voters().forEach(v -> links.computeIfAbsent(v, name -> new VoterLink(limits)));
  }

  // -- give up

  private void onStale(VoterLink link, long promised) {
    link.lose();
    long left = record.electorate().voters().stream().filter(this::mayStillAck).count();
    if (left < record.electorate().k()) {
      stepDownFor(promised); // starved: nothing can be acknowledged in this epoch again
    }
  }

  private boolean mayStillAck(String voter) {
    VoterLink link = links.get(voter);
    return link != null && !link.lost();
  }

  private void stepDownFor(long epoch) {
    if (epoch > record.epoch()) {
      phase = Phase.STEPPED_DOWN;
      out.add(new Effect.StepDown(epoch));
    }
  }

  private void withLink(String peer, Consumer<VoterLink> change) {
    VoterLink link = links.get(peer);
    if (link != null) {
      change.accept(link);
    }
  }

  private void send(String to, Message message) {
    out.add(new Effect.Send(to, message));
  }
}
