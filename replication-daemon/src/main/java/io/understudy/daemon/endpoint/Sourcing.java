package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.SourceRole;
import io.understudy.daemon.protocol.SourceStart;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.replication.AckTimer;
import io.understudy.daemon.wire.Parcel;
import io.understudy.model.Position;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An endpoint as the source: beside the primary's database.
 *
 * <p>Opening is a sequence: COMMIT waits for the stream, the stream runs, k voters hold what this
 * journal begins with, the application may write. In this order no commit returns that k voters do
 * not hold. If commits need not wait, the database is made to close itself in time before they stop
 * waiting ({@link Opening}).
 */
final class Sourcing implements Part {
  private static final Logger log = LoggerFactory.getLogger(Sourcing.class);

  /**
   * What it begins with.
   *
   * @param ready the slot
   * @param needed what k voters must hold before the application may write
   */
  record Begin(SourceStart start, EndpointDatabase.Ready ready, Position needed) {}

  private final Workplace place;
  private final Stage stage;
  private final Begin begin;
  private final SourceRole role;
  private final Applying applying;
  private volatile boolean gone;
  private volatile @Nullable Upkeep upkeep; // while the application may write
  private final Waiters waiters = new Waiters();
  private final AckTimer acks;
  private Position replicated = Position.NONE; // what was told of the role's
  private final Opening opening;
  private final Streaming streaming;
  private final DurabilityOrder order = new DurabilityOrder();
  private boolean granting;
  private @Nullable EpochRecord writing;
  private Position noted = Position.NONE;
  private Position applied;

  Sourcing(Workplace place, Stage stage, Begin begin) {
    this.place = place;
    this.stage = stage;
    this.begin = begin;
    this.role = new SourceRole(begin.start(), place.settings().pace().limits());
    this.acks = new AckTimer(place.clock());
    this.applied = begin.start().applied();
    this.opening =
        new Opening(
            place,
            begin.start().record().epoch(),
            new Opening.Owner(() -> !gone, this::step, this::outbid, this::opened));
    this.streaming =
        new Streaming(place, begin.start().record().epoch(), begin.ready(), new Stream());
    this.applying =
        new Applying(
            place,
            position -> {
              applied = position;
              step(new Event.Applied(position));
            },
            this::journalFailed);
  }

  private long epoch() {
    return role.record().epoch();
  }

  @Override
  public void receive(String from, Parcel parcel) {
    switch (parcel.message()) {
      case Message.ToSource message ->
          place.with(
              Workplace.contents(parcel), () -> step(new Event.SourceReceived(from, message)));
      case Message.ToVoter message -> receive(from, message);
      case Message.AskTip(long asked, Position at) -> tellTip(from, asked, at);
      case Message.ToController _, Message.TipAt _ -> {}
    }
  }

  /** Whoever speaks of a later epoch ends this one. */
  private void receive(String from, Message.ToVoter message) {
    if (message.epoch() > epoch()) {
      step(new Event.Superseded(message.epoch()));
    } else if (message instanceof Message.Lead && opening.isOpen()) {
      place.send(from, new Message.Opened(epoch()));
    }
  }

  /** Everything up to what the server was told is in the journal, and replicated. */
  private void tellTip(String from, long asked, Position at) {
    boolean told = streaming.told().filter(all -> all.compareTo(at.lsn()) >= 0).isPresent();
    if (asked == epoch() && told) {
      place
          .recent()
          .tipAt(at, place.tip())
          .ifPresent(tip -> place.send(from, new Message.TipAt(asked, at, tip)));
    }
  }

  @Override
  public void tick() {
    step(new Event.Tick(place.nowMillis()));
    if (streaming.told().filter(opening::settles).isPresent()) {
      step(new Event.Tightened(role.confirmed()));
    }
    carryOutOrder();
  }

  @Override
  public void durability(Durability worth, CompletableFuture<Durability> done) {
    order.give(worth, done);
    carryOutOrder();
  }

  private void carryOutOrder() {
    EpochRecord said = role.record();
    order
        .outstanding(said.durability(), opening.returnsAtOnce())
        .ifPresent(worth -> step(new Event.ChangeElectorate(said.electorate(), worth)));
  }

  @Override
  public void look() {
    Position confirmed = role.confirmed();
    if (!gone && confirmed.compareTo(noted) > 0 && place.tip().reaches(confirmed)) {
      noted = confirmed;
      place.desk().noteLater(confirmed);
    }
    place.desk().retain(place.settings().pace().retention(), confirmed);
  }

  @Override
  public void disconnected(String peer) {
    step(new Event.Disconnected(peer));
  }

  @Override
  public void journalFailed() {
    step(new Event.JournalFailed());
    stage.failed("the disk of the journal");
  }

  private void step(Event.OfSource event) {
    if (gone) {
      return;
    }
    SourceRole.Phase before = role.phase();
    List<Effect> effects = role.step(event);
    if (role.phase() != before) {
      log.info(
          "{} of {}: source of epoch {} {} -> {} cause={} position={}",
          place.settings().self(),
          place.settings().service(),
          epoch(),
          before,
          role.phase(),
          event.getClass().getSimpleName(),
          place.tip().position());
    }
    for (Effect effect : effects) {
      if (gone) {
        return;
      }
      carryOut(effect);
    }
    tellReplicated();
    grantIfReplicated();
  }

  private void tellReplicated() {
    Position now = role.replicated();
    if (!now.equals(replicated)) {
      replicated = now;
      acks.replicated(now);
      waiters.advance(now);
    }
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Append(List<Frame> frames) -> place.append(frames);
      case Effect.Sync() -> place.desk().sync(false, this::synced);
      case Effect.Read read ->
          place.read(
              read.peer(),
              read,
              new RoleReader(place, read, this::step, this::step, this::journalFailed));
      case Effect.Apply(Position upTo) -> applying.raise(applied, upTo);
      case Effect.Send(String to, Message message) -> place.send(to, message);
      case Effect.ConfirmSlot(Position position) -> streaming.confirm(position);
      case Effect.Open(long _, boolean waits) -> open(waits);
      case Effect.Extend(long until) -> opening.extend(until);
      case Effect.Shut(long _) -> opening.shut();
      case Effect.Tighten() -> opening.tighten();
      case Effect.Relax() -> opening.relax();
      case Effect.StepDown(long epoch) -> stage.stepDown(epoch);
      case Effect.WriteRecord write -> write(write);
      case Effect.Truncate _,
          Effect.Verify _,
          Effect.SaveAcked _,
          Effect.SavePromise _,
          Effect.Close _,
          Effect.Reseed _,
          Effect.CopyDatabase _,
          Effect.TakeLead _,
          Effect.ReadRecord _,
          Effect.Finish _ ->
          throw new IllegalStateException("a source does not " + effect);
    }
  }

  // -- journal and record

  private void synced(Tip tip) {
    place.durable(tip);
    streaming.synced(tip);
    step(new Event.JournalDurable(tip));
  }

  private void write(Effect.WriteRecord write) {
    if (write.next().equals(writing)) {
      return; // Its answer is still to come.
    }
    writing = write.next();
    place.record(
        write,
        seen -> {
          writing = null;
          step(new Event.RecordSeen(seen));
        },
        () -> {
          writing = null;
          step(new Event.RecordUnknown());
        });
  }

  // -- open

  /** It may have been shut; then its stream is there or comes. */
  private void open(boolean waits) {
    opening.begin(waits);
    granting = false;
    streaming.begin(() -> {
      applying.stop();
      opening.prepare();
    });
  }

  private void grantIfReplicated() {
    boolean enough = role.replicated().compareTo(begin.needed()) >= 0;
    boolean wanted = role.phase() == SourceRole.Phase.OPEN && !granting;
    if (!gone && wanted && streaming.hasBegun() && enough) {
      granting = true;
      opening.open();
    }
  }

  private void opened() {
    if (upkeep == null) { // Goes on while it is shut for a while: it writes nothing of anybody's.
      upkeep = Upkeep.start(place.database().primary(epoch()), place.clock());
    }
    log.info(
        "{} of {}: open epoch={} position={}",
        place.settings().self(),
        place.settings().service(),
        epoch(),
        place.tip().position());
    place.sendAll(new Message.Opened(epoch()));
  }

  private void outbid(long ballot) {
    step(new Event.Superseded(ballot));
  }

  /** What the stream brings. */
  private final class Stream implements Streaming.Owner {
    @Override
    public void streams() {
      streaming.confirm(role.confirmed());
      grantIfReplicated();
    }

    @Override
    public boolean captured(CaptureFeed.Captured captured) {
      Position position = captured.frame().position();
      Tip before = place.tip();
      place.with(
          Map.of(position, captured.content()), () -> step(new Event.Captured(captured.frame())));
      boolean unknown = !place.tip().equals(before);
      if (unknown) {
        acks.captured(position);
      }
      return unknown;
    }

    @Override
    public void outbid(long ballot) {
      Sourcing.this.outbid(ballot);
    }
  }

  @Override
  public void leave() {
    gone = true;
    streaming.leave();
    waiters.leave(role.replicated());
    order.end("this endpoint is not the source any more");
  }

  @Override
  public void end() throws InterruptedException {
    Upkeep kept = upkeep;
    if (kept != null) {
      kept.stop();
    }
    streaming.end();
    applying.stop();
    place.database().leaveGuard();
  }

  @Override
  public void awaitReplicated(Position after, CompletableFuture<Position> answer) {
    waiters.add(after, role.replicated(), answer);
  }

  @Override
  public Caretaker caretaker() {
    throw new IllegalStateException(
        place.settings().self()
            + " is the primary, with whose rows shadows are compared; ask a shadow's daemon");
  }

  @Override
  public EndpointReport report() {
    EndpointStatus status =
        new EndpointStatus(
            "source",
            role.phase().name(),
            epoch(),
            place.tip(),
            role.replicated(),
            applied,
            opening.isOpen() && !gone,
            Optional.of(role.record().durability()),
            CopyStatus.NONE);
    Upkeep kept = upkeep;
    return new EndpointReport(
        status,
        place.durable().position(),
        Optional.of(
            new EndpointReport.Source(
                role.acked(),
                kept == null ? OptionalLong.empty() : kept.retainedBytes(),
                acks.seconds())),
        EndpointReport.Shadow.NONE);
  }
}
