package io.understudy.daemon.endpoint;

import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promise;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.protocol.VoterRole;
import io.understudy.daemon.protocol.VoterStart;
import io.understudy.daemon.wire.Parcel;
import io.understudy.model.Position;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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
  private volatile @Nullable Seeding seeding; // changed on the loop
  private int copies; // how many were begun or ended: an earlier one comes to nothing
  private @Nullable Question question;

  /** What the seeding wants to know of the source. */
  private record Question(String source, Position at, CompletableFuture<Tip> answer) {}

  Voting(Workplace place, Stage stage, VoterStart start) {
    this.place = place;
    this.stage = stage;
    this.role = new VoterRole(start);
    this.applied = start.applied();
    this.applying = newApplying();
  }

  private Applying newApplying() {
    return new Applying(
        place,
        position -> {
          applied = position;
          step(new Event.Applied(position));
        },
        this::rotten);
  }

  @Override
  public void receive(String from, Parcel parcel) {
    switch (parcel.message()) {
      case Message.Batch _ when scanning -> {} // Where it would go is not known.
      case Message.ToVoter message ->
          place.with(
              Workplace.contents(parcel), () -> step(new Event.VoterReceived(from, message)));
      case Message.TipAt(long epoch, Position at, Tip tip) -> {
        Question asked = question;
        if (asked != null && epoch == role.epoch() && asked.at().equals(at)) {
          asked.answer().complete(tip);
        }
      }
      case Message.ToSource _, Message.ToController _, Message.AskTip _ -> {}
    }
  }

  @Override
  public void tick() {
    Question asked = question;
    if (asked != null && !asked.answer().isDone()) {
      place.send(asked.source(), new Message.AskTip(role.epoch(), asked.at()));
    }
  }

  /** The record may name this endpoint, for example after a restart of everything. */
  @Override
  public void look() {
    place.desk().retain(place.settings().pace().retention(), applied);
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
      case Effect.Apply(Position upTo) -> {
        becomeShadow();
        applying.raise(applied, upTo);
      }
      case Effect.Close(long epoch) -> close(epoch);
      case Effect.Reseed(String from, Position atLeast) -> copy(from, atLeast, this::reseeded);
      case Effect.CopyDatabase(String from, Position atLeast) ->
          copy(from, atLeast, this::databaseCopied);
      case Effect.Send(String to, Message message) -> place.send(to, message);
      case Effect.TakeLead(EpochRecord record) -> stage.takeLead(record);
      case Effect.ConfirmSlot _,
          Effect.Open _,
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

  private void close(long epoch) {
    Applying before = applying;
    applying = newApplying();
    Seeding copying = seeding;
    seeding = null;
    copies++;
    closing = true;
    place.ask(
        () -> {
          before.stop();
          if (copying != null) {
            copying.end(); // What the database contains must be true for longer than this answer.
          }
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

  /** Replaces the database's content; an earlier copy ends first. */
  private void copy(String from, Position atLeast, Consumer<Tip> then) {
    becomeShadow();
    Applying before = applying;
    applying = newApplying();
    Seeding earlier = seeding;
    copies++;
    int wanted = copies;
    long epoch = role.epoch();
    Server primary = Server.of(place.settings().endpoint(from));
    Seeding.Way way =
        new Seeding.Way(place.settings().service(), primary, place.database().server(), atLeast);
    Seeding next =
        new Seeding(
            way,
            at -> ask(from, new Position(epoch, at)),
            (tip, problem) -> place.loop().post(() -> copied(wanted, tip, problem, then)));
    seeding = next;
    place.ask(
        () -> {
          before.stop();
          if (earlier != null) {
            earlier.end();
          }
          return true;
        },
        () -> true, // Whoever comes next relies on it that nothing earlier is at work.
        Workplace.Answer.of(_ -> {
          if (!gone && copies == wanted) {
            next.start();
          }
        }));
  }

  /** On the seeding's thread. */
  private CompletableFuture<Tip> ask(String source, Position at) {
    CompletableFuture<Tip> answer = new CompletableFuture<>();
    place.loop().post(() -> question = new Question(source, at, answer));
    return answer;
  }

  private void copied(int which, Tip tip, String problem, Consumer<Tip> then) {
    if (gone || copies != which) {
      return;
    }
    seeding = null;
    question = null;
    if (problem.isEmpty()) {
      then.accept(tip);
      return;
    }
    log.warn(
        "{} of {}: seeding failed cause={}",
        place.settings().self(),
        place.settings().service(),
        problem);
    place.later(
        place.settings().pace().look(),
        () -> {
          if (copies == which) {
            step(new Event.ReseedFailed());
          }
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
    Seeding running = seeding;
    if (running != null) {
      running.abandon();
    }
  }

  @Override
  public void end() throws InterruptedException {
    applying.stop();
    Seeding running = seeding;
    if (running != null) {
      running.end();
    }
  }

  @Override
  public EndpointReport report() {
    EndpointStatus status =
        new EndpointStatus(
            "voter",
            closing ? "CLOSING" : role.phase().name(),
            role.epoch(),
            place.tip(),
            Position.NONE,
            applied,
            false);
    return new EndpointReport(
        status,
        place.durable().position(),
        Optional.empty(),
        applying.report(Optional.ofNullable(seeding).map(Seeding::progress)));
  }
}
