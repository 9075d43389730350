package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promise;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.protocol.VoterRole;
import io.understudy.daemon.protocol.VoterStart;
import io.understudy.daemon.snapshot.Progress;
import io.understudy.daemon.wire.Parcel;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An endpoint as a voter: beside a shadow's database, or a database that is to become one. */
final class Voting implements Part {
  private static final Logger log = LoggerFactory.getLogger(Voting.class);

  private final Workplace place;
  private final Stage stage;
  private final VoterRole role;
  private Applying applying;
  private Position applied;
  private volatile boolean gone;
  private boolean shadow; // its database waits for no standby
  private boolean closing;
  private boolean scanning; // the journal is read back because it was damaged
  private volatile Copying.Ending copied = () -> {}; // of the copy that was under way at the end
  private final TipQuestion tips;
  private final Copying copying;
  private final Caretaker caretaker;

  Voting(Workplace place, Stage stage, VoterStart start) {
    this.place = place;
    this.stage = stage;
    this.role = new VoterRole(start);
    this.applied = start.applied();
    this.applying = newApplying();
    this.tips = new TipQuestion(place);
    this.copying = new Copying(place, tips, () -> step(new Event.ReseedFailed()));
    this.caretaker = new Caretaker(place, new Charge());
  }

  private Applying newApplying() {
    return new Applying(
        place,
        position -> {
          applied = position;
          caretaker.moved();
          step(new Event.Applied(position));
        },
        this::rotten);
  }

  @Override
  public Caretaker caretaker() {
    return caretaker;
  }

  @Override
  public void receive(String from, Parcel parcel) {
    switch (parcel.message()) {
      case Message.Batch _ when scanning -> {} // Where it would go is not known.
      case Message.ToVoter message ->
          place.with(
              Workplace.contents(parcel), () -> step(new Event.VoterReceived(from, message)));
      case Message.TipAt(long epoch, Position at, Tip tip) -> {
        if (epoch == role.epoch()) {
          tips.answered(at, tip);
        }
      }
      case Message.ToSource _, Message.ToController _, Message.AskTip _ -> {}
    }
  }

  @Override
  public void tick() {
    step(new Event.Tick(place.nowMillis()));
    tips.remind(role.epoch());
    caretaker.moved();
  }

  /** The record may name this endpoint, for example after a restart of everything. */
  @Override
  public void look() {
    place.desk().retain(place.settings().pace().retention(), applied);
    caretaker.look();
    place.record(
        new Effect.ReadRecord(),
        record -> {
          if (!gone && record.primary().equals(place.settings().self())) {
            step(new Event.VoterReceived(record.primary(), new Message.Lead(record)));
          }
        },
        () -> {});
  }

  /** As if the source had said that what is lacking here is beyond its retention. */
  @Override
  public void reseed() {
    step(new Event.VoterReceived(place.settings().self(), new Message.UseSnapshot(role.epoch())));
  }

  @Override
  public void disconnected(String peer) {}

  @Override
  public void journalFailed() {
    step(new Event.JournalFailed());
    stage.failed("the disk of the journal");
  }

  private void step(Event.OfVoter event) {
    if (gone) {
      return;
    }
    VoterRole.Phase before = role.phase();
    List<Effect> effects = role.step(event);
    if (role.phase() != before) {
      log.info(
          "{} of {}: voter {} -> {} cause={} position={}",
          place.settings().self(),
          place.settings().service(),
          before,
          role.phase(),
          event.getClass().getSimpleName(),
          place.tip().position());
    }
    for (Effect effect : effects) {
      if (gone || !done(effect)) {
        return;
      }
    }
  }

  private boolean done(Effect effect) {
    switch (effect) {
      case Effect.Append(List<Frame> frames) -> place.append(frames);
      case Effect.Sync() -> place.desk().sync(true, this::synced);
      case Effect.SaveAcked(Position position) -> {
        return place.desk().saveAcked(position);
      }
      case Effect.Truncate(Tip to) ->
          place.desk().truncate(to, tip -> ended(tip, new Event.Truncated(tip)));
      case Effect.Verify() -> place.desk().verify(tip -> ended(tip, new Event.JournalScanned(tip)));
      case Effect.SavePromise(Promise promise) ->
          place.desk().savePromise(promise, () -> step(new Event.PromiseSaved(promise)));
      case Effect.Read read ->
          place.read(
              read.peer(), read, new RoleReader(place, read, this::step, this::step, this::rotten));
      case Effect.Apply(Position upTo) -> apply(upTo);
      case Effect.Close(long epoch) -> close(epoch);
      case Effect.Reseed(String from, Position atLeast) -> copy(from, atLeast, this::reseeded);
      case Effect.CopyDatabase(String from, Position atLeast) ->
          copy(from, atLeast, this::databaseCopied);
      case Effect.Send(String to, Message message) -> place.send(to, message);
      case Effect.TakeLead(EpochRecord record) -> stage.takeLead(record);
      case Effect.ConfirmSlot _,
          Effect.Open _,
          Effect.Extend _,
          Effect.Shut _,
          Effect.Tighten _,
          Effect.Relax _,
          Effect.StepDown _,
          Effect.ReadRecord _,
          Effect.WriteRecord _,
          Effect.Finish _ ->
          throw new IllegalStateException("a voter does not " + effect);
    }
    return true;
  }

  private void synced(Tip tip) {
    place.durable(tip);
    step(new Event.JournalDurable(tip));
  }

  private void ended(Tip tip, Event.OfVoter event) {
    if (!gone) {
      place.endsAt(tip);
      step(event);
    }
  }

  private void rotten() {
    if (!scanning) {
      scanning = true;
      place
          .desk()
          .verify(tip -> {
            scanning = false;
            ended(tip, new Event.JournalScanned(tip));
          });
    }
  }

  // -- the database

  private void apply(Position upTo) {
    becomeShadow();
    if (applied.equals(Position.NONE)) {
      // A copy that broke off in the middle left nothing that changes could be applied to.
      place.loop().post(this::reseed);
    } else {
      applying.raise(applied, upTo);
    }
  }

  private void close(long epoch) {
    Applying before = applying;
    applying = newApplying();
    Copying.Ending given = copying.giveUp();
    closing = true;
    caretaker.abandon();
    place.ask(
        () -> {
          caretaker.awaitEnd();
          before.stop();
          given.await(); // What the database contains must be true for longer than this answer.
          return place.database().closeBefore(epoch);
        },
        () -> !gone,
        new Workplace.Answer<>(
            contains -> {
              closing = false;
              applied = contains;
              step(new Event.Closed(contains));
            },
            // Nobody may lead this epoch any more; the record will name another one.
            _ -> place.later(place.settings().pace().look(), this::startOver)));
  }

  private void startOver() {
    if (!gone) {
      stage.startOver();
    }
  }

  private void becomeShadow() {
    if (shadow) {
      return;
    }
    shadow = true;
    place.ask(
        () -> {
          place.database().becomeShadow();
          return true;
        },
        () -> !gone,
        Workplace.Answer.of(_ -> {}));
  }

  /** Replaces the database's content. */
  private void copy(String from, Position atLeast, Consumer<Tip> then) {
    becomeShadow();
    Applying before = applying;
    applying = newApplying();
    caretaker.abandon();
    copying.begin(
        new Copying.Order(from, atLeast, role.epoch()),
        () -> {
          caretaker.awaitEnd();
          before.stop();
        },
        (tip, how) -> {
          caretaker.forget(how);
          then.accept(tip);
        });
  }

  private void reseeded(Tip tip) {
    place
        .desk()
        .restart(
            tip,
            () -> {
              if (!gone) {
                applied = tip.position();
                place.beginsAt(tip);
                dropSlots();
                step(new Event.Reseeded(tip));
              }
            });
  }

  private void databaseCopied(Tip tip) {
    applied = tip.position();
    dropSlots();
    step(new Event.DatabaseCopied(tip.position()));
  }

  /** Nobody needs what it had as a primary: its content was replaced. */
  private void dropSlots() {
    place.ask(
        () -> {
          place.database().dropSlots();
          return true;
        },
        () -> !gone,
        Workplace.Answer.of(_ -> {}));
  }

  @Override
  public void leave() {
    gone = true;
    caretaker.abandon();
    copied = copying.giveUp();
  }

  @Override
  public void end() throws InterruptedException {
    caretaker.awaitEnd();
    applying.stop();
    copied.await();
  }

  @Override
  public EndpointReport report() {
    Optional<Progress.Sent> sent = copying.progress();
    CopyStatus known = caretaker.status();
    CopyStatus copy =
        sent.map(so -> new CopyStatus(known.verdict(), "copying: " + so.describe())).orElse(known);
    EndpointStatus status =
        new EndpointStatus(
            "voter",
            phase(copy),
            role.epoch(),
            place.tip(),
            Position.NONE,
            applied,
            false,
            Optional.empty(),
            copy);
    return new EndpointReport(
        status, place.durable().position(), Optional.empty(), applying.report(sent));
  }

  private String phase(CopyStatus copy) {
    if (closing) {
      return "CLOSING";
    }
    return role.phase() == VoterRole.Phase.FOLLOWING && copy.diverged()
        ? "DIVERGED"
        : role.phase().name();
  }

  /** The shadow, as its caretaker sees it. */
  private final class Charge implements Caretaker.Charge {
    @Override
    public Optional<String> followed() {
      return closing || gone ? Optional.empty() : role.followed();
    }

    @Override
    public Applying applying() {
      return applying;
    }

    @Override
    public Position applied() {
      return applied;
    }

    @Override
    public boolean gone() {
      return gone;
    }

    @Override
    public CompletableFuture<Tip> tipAt(String source, Lsn point) {
      return tips.ask(source, () -> new Position(role.epoch(), point));
    }

    @Override
    public void startAgain(Position from) {
      Applying before = applying;
      applying = newApplying();
      applied = from;
      place.ask(
          () -> {
            before.stop();
            return true;
          },
          () -> !gone,
          Workplace.Answer.of(_ -> step(new Event.Applied(from))));
    }
  }
}
