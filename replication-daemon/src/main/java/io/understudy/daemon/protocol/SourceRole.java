package io.understudy.daemon.protocol;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The daemon beside the primary: journals what the database commits, ships it to the voters, and
 * acknowledges it. One owner; pure. <b>A transaction is acknowledged in {@link #confirm} and
 * nowhere else.</b>
 *
 * <p>{@code FETCHING} (its own journal lacks what earlier epochs, or itself before a restart,
 * acknowledged) {@code -> OPENING} (k voters and its database get all of that) {@code -> OPEN};
 * from each {@code -> STEPPED_DOWN} (a later epoch) and {@code -> FAILED} (its journal's disk).
 * {@code OPEN <-> LAPSED}: commits need not wait, but the lease ran out, so nobody can write.
 */
public final class SourceRole {
  /** Where a source stands. */
  public enum Phase {
    FETCHING,
    OPENING,
    OPEN,
    LAPSED,
    FAILED,
    STEPPED_DOWN
  }

  private final Rules rules;
  private final VoterLinks links;
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
  private boolean timely; // the time was read for this very event: after a pause it is stale
  private final Tenure tenure;

  public SourceRole(SourceStart start, SourceLimits limits) {
    this(start, limits, new Rules());
  }

  SourceRole(SourceStart start, SourceLimits limits, Rules rules) {
    this.rules = rules;
    this.links = new VoterLinks(limits);
    this.tenure = new Tenure(rules, limits.lease(), effect -> out.add(effect));
    this.record = start.record();
    this.appended = start.journal();
    this.durable = start.journal();
    this.applied = start.applied();
    this.confirmed = Rules.max(start.slot(), record.cut().position());
    this.floor = confirmed;
    this.phase = durable.reaches(floor) ? Phase.OPENING : Phase.FETCHING;
    this.proposed = record.claimed();
    links.meet(record.electorate());
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
    return Map.copyOf(links.acks());
  }

  /** What has to be done because of this event, in this order. */
  public List<Effect> step(Event.OfSource event) {
    boolean failed = phase == Phase.FAILED && !(event instanceof Event.Superseded);
    if (failed || phase == Phase.STEPPED_DOWN) {
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
      case Event.Disconnected(String peer) ->
          Optional.ofNullable(links.of(peer)).ifPresent(VoterLink::disconnect);
      case Event.Superseded(long epoch) -> stepDownFor(epoch);
      case Event.Tightened(Position all) -> tenure.tightened(all);
      case Event.Lapsed() -> lapse();
      case Event.ChangeElectorate(Electorate next, Durability worth) -> onChange(next, worth);
      case Event.RecordSeen(EpochRecord seen) -> onRecord(seen);
      case Event.RecordUnknown() -> {} // the write is tried again with the next tick
    }
    sync();
    return out;
  }

  private void receive(String from, Message.ToSource message) {
    VoterLink link = links.of(from);
    if (link == null) {
      return;
    }
    switch (message) {
      case Message.Ack(long epoch, Tip tip) when epoch == record.epoch() -> onAck(link, tip);
      case Message.Joined(long epoch, Tip tip) when epoch == record.epoch() ->
          onJoined(from, link, tip);
      case Message.Lease(long epoch, long asked) when epoch == record.epoch() ->
          tenure.granted(
              from, asked); // used with the next tick, which knows whether it still lasts
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
      case Message.Ack _, Message.Joined _, Message.Lease _, Message.Resend _ -> {}
      case Message.JoinFirst _, Message.Fetched _, Message.Stale _ -> {}
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
    Map<String, Position> acks = links.acks();
    Position held = rules.replicated(rules.inForce(record, links.reachable()), acks);
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
    if (serving() && safe.compareTo(confirmed) > 0) {
      confirmed = safe;
      out.add(new Effect.ConfirmSlot(safe));
    }
  }

  private void open() {
    Position cut = record.cut().position();
    if (applied.compareTo(cut) < 0 && !applying) {
      applying = true;
      out.add(new Effect.Apply(cut)); // history is applied whatever k says: the record decided it
    } else if (applied.compareTo(cut) >= 0
        && replicated.compareTo(floor) >= 0
        && (timely || record.durability().waits())
        && tenure.begins(charter(), nowMillis)) {
      admit();
    }
  }

  private void admit() {
    tenure.extend(charter());
    phase = Phase.OPEN;
    out.add(new Effect.Open(record.epoch(), tenure.commitsWait()));
  }

  private void onApplied(Position position) {
    applied = Rules.max(applied, position);
    advance();
  }

  // -- capture and journal

  private void onCaptured(Frame frame) {
    boolean known = frame.position().compareTo(appended.position()) <= 0; // again after a restart
    if (serving() && !known) {
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
    if (phase != Phase.OPENING && !serving()) {
      return;
    }
    links.each((voter, link) -> {
      if (link.mayRead(appended)) {
        link.read();
        // As far as there is when it is read: more may have been captured by then.
        out.add(new Effect.Read(voter, link.sent(), new Position(record.epoch(), Lsn.MAX)));
      }
    });
  }

  private void onRead(String peer, Tip previous, List<Frame> frames) {
    VoterLink link = links.of(peer);
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
    VoterLink link = links.of(peer);
    if (link != null && link.takes(link.sent()) && serving()) {
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
    timely = true;
    fetching = false;
    links.each((voter, link) -> {
      link.rewindIfSilent(now);
      if (phase == Phase.FETCHING || !link.joined()) {
        send(voter, new Message.Join(record));
      } else {
        send(voter, new Message.Batch(record.epoch(), link.sent(), List.of(), replicated));
        if (charter().wantsLease()) {
          send(voter, new Message.AskLease(record.epoch(), now, appended.position()));
        }
      }
    });
    propose();
    advance();
    govern();
    pump();
    timely = false;
  }

  private boolean serving() {
    return phase == Phase.OPEN || phase == Phase.LAPSED;
  }

  // -- durability

  private Tenure.Charter charter() {
    return new Tenure.Charter(record, proposed);
  }

  /** Open while the lease lasts; COMMIT returns at once when the record has said so, not before. */
  private void govern() {
    if (!serving()) {
      return;
    }
    if (tenure.isOver(charter(), nowMillis)) {
      lapse();
    } else if (phase == Phase.LAPSED) {
      admit();
    }
    if (phase == Phase.OPEN) {
      tenure.relax(charter(), nowMillis);
    }
    tenure.extend(charter());
  }

  private void lapse() {
    if (phase == Phase.OPEN) {
      phase = Phase.LAPSED;
      out.add(new Effect.Shut(record.epoch()));
    }
  }

  // -- voters come and go

  private void onChange(Electorate next, Durability worth) {
    boolean possible = claimed && serving() && !next.voters().contains(record.primary());
    if (possible && proposed == null) {
      proposed = record.with(next, worth);
      links.meet(next);
    }
  }

  /** Both electorates hold what was acknowledged before the record may name the new one. */
  private void propose() {
    if (proposed == null) {
      return;
    }
    boolean practised = tenure.practises(charter(), confirmed);
    boolean held = proposed.electorate().held(links.acks()).compareTo(confirmed) >= 0;
    if (!claimed || (practised && held)) {
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
    links.meet(seen.electorate());
    links.keep(seen.electorate());
  }

  // -- give up

  private void onStale(VoterLink link, long promised) {
    link.lose();
    if (!links.suffice(record.electorate())) {
      stepDownFor(promised); // starved: nothing can be acknowledged in this epoch again
    }
  }

  private void stepDownFor(long epoch) {
    if (epoch > record.epoch()) {
      phase = Phase.STEPPED_DOWN;
      out.add(new Effect.StepDown(epoch));
    }
  }

  private void send(String to, Message message) {
    out.add(new Effect.Send(to, message));
  }
}
