package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promise;
import io.understudy.daemon.protocol.SourceLimits;
import io.understudy.daemon.protocol.SourceRole;
import io.understudy.daemon.protocol.SourceStart;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.protocol.VoterRole;
import io.understudy.daemon.protocol.VoterStart;
import io.understudy.model.Position;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One machine: a daemon in one of its roles, its disks, and its database. */
final class SimNode {
  private static final int BATCH_FRAMES_MAX = 6;
  private static final long TICK_MILLIS = 20;
  private static final SourceLimits LIMITS =
      new SourceLimits(3, Duration.ofMillis(25), SimServer.LEASE);

  private final SimProcess process;
  private final Simulation world;
  private final SimJournal journal = new SimJournal();
  private final SimServer server;
  private final SimDatabase database;
  private final SimCopier copier;
  private @Nullable Promise promise; // as on disk
  private Position acked = Position.NONE; // as on disk
  private boolean diskBreaks; // the next write fails, or the next fsync
  private boolean diskBroken; // and then nothing is written until the daemon starts again
  private boolean savingPromise;
  private boolean damaged;
  private int roles; // how many there have been: completions belong to the one that asked
  private long changes;
  private @Nullable VoterRole voter;
  private @Nullable SourceRole source;
  private int streaming; // the role that the database's stream was opened for
  private final SimClock clock;

  SimNode(String name, Simulation world) {
    this.process = new SimProcess(name, world);
    this.world = world;
    this.clock = SimClock.drawn(world.random());
    this.server = new SimServer(this, world);
    this.database = server.database();
    this.copier = new SimCopier(this, world);
  }

  String name() {
    return process.name();
  }

  SimProcess process() {
    return process;
  }

  SimJournal journal() {
    return journal;
  }

  SimDatabase database() {
    return database;
  }

  /** Whether flipped bits made it lose what it vouched for, and it has not got it back. */
  boolean journalWasDamaged() {
    return damaged && journal.syncedTip().position().compareTo(acked) < 0;
  }

  /** Grows whenever what this machine holds durably, or has confirmed, changes. */
  long changes() {
    return journal.changes() + changes;
  }

  @Nullable Promise promise() {
    return promise;
  }

  Position acked() {
    return acked;
  }

  @Nullable SourceRole source() {
    return source;
  }

  @Nullable VoterRole voter() {
    return voter;
  }

  // -- life

  /** Starts as a voter; if the record names this endpoint, it is told to lead. */
  void boot() {
    if (journal.damaged()) {
      damaged = true;
      world.coverage().fault(Fault.DAMAGE_FOUND_AT_START);
    }
    process.start();
    diskBreaks = false;
    diskBroken = false;
    becomeVoter();
    consult();
    process.later(1 + world.random().nextInt(20), this::tick);
  }

  private void becomeVoter() {
    roles++;
    copier.abandon();
    source = null;
    damaged |= journal.damaged();
    Position applied = database.tip().position();
    voter =
        world
            .bug()
            .voter(
                new VoterStart(name(), journal.scan(), acked, promise, applied, SimServer.LEASE));
  }

  void crash(boolean withDatabase) {
    world.trace(name(), "crashes");
    world.coverage().fault(withDatabase ? Fault.MACHINE_CRASHED : Fault.DAEMON_CRASHED);
    process.crash();
    if (savingPromise) {
      savingPromise = false;
      world.coverage().fault(Fault.UNSYNCED_PROMISE_LOST);
    }
    if (journal.crash(world.random()) > 0) {
      world.coverage().fault(Fault.UNSYNCED_BYTES_LOST);
    }
    for (SimNode other : world.nodes()) {
      other.process.arrives(2, () -> other.tell(new Event.Disconnected(name())));
    }
    if (withDatabase) {
      database.restart();
    }
  }

  void breakDisk() {
    diskBreaks = true;
  }

  private void tick() {
    process.later(TICK_MILLIS, this::tick);
    tell(new Event.Tick(clock.at(world.agenda().nowMillis())));
    if (source == null && world.happens(150)) {
      consult();
    }
    boolean failed =
        (voter != null && voter.phase() == VoterRole.Phase.FAILED)
            || (source != null && source.phase() == SourceRole.Phase.FAILED);
    if (failed && world.happens(100)) {
      crash(false);
      world.agenda().in(5, this::boot);
    }
  }

  private void consult() {
    world.store().read(process, SimStore.answer(this::leadIfNamed, () -> {}));
  }

  private void leadIfNamed(EpochRecord record) {
    if (voter != null && record.primary().equals(name())) {
      step(new Event.VoterReceived(name(), new Message.Lead(record)));
    }
  }

  // -- the database's clients

  SimServer server() {
    return server;
  }

  void capture(Frame frame) {
    if (streaming != roles) {
      return;
    }
    process.later(
        1,
        () -> {
          if (source != null && source.record().epoch() == frame.position().epoch()) {
            step(new Event.Captured(frame));
          }
        });
  }

  // -- steps

  void receive(String from, Message message) {
    switch (message) {
      case Message.ToVoter toVoter -> receive(from, toVoter);
      case Message.ToSource toSource -> {
        if (source != null) {
          step(new Event.SourceReceived(from, toSource));
        }
      }
      case Message.ToController _, Message.OfSeeding _ ->
          throw new AssertionError(message.toString());
    }
  }

  private void receive(String from, Message.ToVoter message) {
    SourceRole leading = source;
    if (leading != null) {
      if (message.epoch() <= leading.record().epoch()) {
        if (message instanceof Message.Lead && leading.phase() == SourceRole.Phase.OPEN) {
          world.network().send(name(), from, new Message.Opened(leading.record().epoch()));
        }
        return;
      }
      step(new Event.Superseded(message.epoch()));
    }
    step(new Event.VoterReceived(from, message));
  }

  void step(Event.OfVoter event) {
    VoterRole role = voter;
    if (role == null) {
      return;
    }
    world.coverage().step(role.phase(), Envelope.kind(event));
    world.invariants().stepping(event);
    world.trace(name(), event);
    carryOut(role.step(event));
  }

  void step(Event.OfSource event) {
    SourceRole role = source;
    if (role == null) {
      return;
    }
    world.coverage().step(role.phase(), Envelope.kind(event));
    world.trace(name(), event);
    carryOut(role.step(event));
  }

  /** To whichever role is there: completions may come after a role has gone. */
  void completes(long millis, Event event) {
    int asker = roles;
    process.later(
        millis,
        () -> {
          if (asker == roles) {
            tell(event);
          }
        });
  }

  private void tell(Event event) {
    if (source != null && event instanceof Event.OfSource ofSource) {
      step(ofSource);
    } else if (voter != null && event instanceof Event.OfVoter ofVoter) {
      step(ofVoter);
    }
  }

  // -- effects

  private void carryOut(List<Effect> effects) {
    for (Effect effect : effects) {
      world.trace(name() + " ->", effect);
      world.invariants().about(this, effect);
      if (!done(effect)) {
        return;
      }
    }
  }

  private boolean done(Effect effect) {
    switch (effect) {
      case Effect.Append(List<Frame> frames) -> {
        return append(frames);
      }
      case Effect.SaveAcked(Position position) -> {
        acked = position;
        changes++;
      }
      case Effect.Sync() -> sync();
      case Effect.Truncate(Tip to) -> completes(1, new Event.Truncated(journal.truncate(to)));
      case Effect.Verify() -> {
        damaged |= journal.damaged();
        completes(1, new Event.JournalScanned(journal.scan()));
      }
      case Effect.SavePromise(Promise next) -> savePromise(next);
      case Effect.Read(String peer, Tip after, Position upTo) -> read(peer, after, upTo);
      case Effect.Apply(Position upTo) -> apply(upTo);
      case Effect.Close(long epoch) -> close(epoch);
      case Effect.Reseed(String from, Position atLeast) -> copier.reseed(from, atLeast);
      case Effect.CopyDatabase(String from, Position atLeast) -> copier.copy(from, atLeast);
      case Effect.Send(String to, Message message) -> world.network().send(name(), to, message);
      case Effect.ConfirmSlot(Position position) -> confirm(position);
      case Effect.Open(long epoch, boolean waits) -> open(epoch, waits);
      case Effect.Extend(long untilMillis) -> server.extend(untilMillis, clock);
      case Effect.Shut(long epoch) -> server.shut();
      case Effect.Tighten() -> server.tighten();
      case Effect.Relax() -> server.relax();
      case Effect.StepDown(long epoch) -> {
        database.close();
        becomeVoter();
      }
      case Effect.TakeLead(EpochRecord record) -> lead(record);
      case Effect.WriteRecord(EpochRecord expected, EpochRecord next) ->
          world.store().compareAndSet(process, expected, next, answer());
      case Effect.ReadRecord _, Effect.Finish _ -> throw new AssertionError("not a promotion");
    }
    return true;
  }

  private boolean append(List<Frame> frames) {
    if (diskBroken) {
      return false;
    }
    if (diskBreaks && world.happens(500)) {
      diskBroken = true;
      world.coverage().fault(Fault.DISK_ERROR_ON_APPEND);
      completes(0, new Event.JournalFailed());
      return false;
    }
    journal.append(frames);
    return true;
  }

  private void sync() {
    if (diskBreaks) {
      diskBroken = true;
      world.coverage().fault(Fault.DISK_ERROR_ON_SYNC);
      completes(1, new Event.JournalFailed());
      return;
    }
    int generation = journal.generation();
    int count = journal.size();
    int asker = roles;
    process.later(
        1 + world.random().nextInt(3),
        () -> {
          if (journal.generation() == generation && asker == roles) {
            journal.sync(count);
            tell(new Event.JournalDurable(journal.tipAt(count)));
          }
        });
  }

  private void savePromise(Promise next) {
    savingPromise = true;
    process.later(
        2,
        () -> {
          savingPromise = false;
          promise = next;
          tell(new Event.PromiseSaved(next));
        });
  }

  private void read(String peer, Tip after, Position upTo) {
    Optional<Integer> from = journal.find(after);
    if (from.isEmpty()) {
      completes(1, new Event.CannotRead(peer));
      return;
    }
    journal
        .read(from.get(), upTo, BATCH_FRAMES_MAX)
        .ifPresentOrElse(
            frames -> completes(0, new Event.FramesRead(peer, after, frames)), this::foundDamage);
  }

  private void foundDamage() {
    damaged = true;
    changes++;
    world.coverage().fault(Fault.DAMAGE_FOUND_BY_READING);
    if (source != null) {
      completes(0, new Event.JournalFailed());
    } else {
      step(new Event.JournalScanned(journal.scan()));
    }
  }

  private void apply(Position upTo) {
    Optional<Integer> from = journal.find(database.tip());
    Optional<List<Frame>> frames = from.flatMap(at -> journal.read(at, upTo, Integer.MAX_VALUE));
    if (from.isPresent() && frames.isEmpty()) {
      foundDamage();
    }
    frames.orElse(List.of()).forEach(database::apply);
    world.invariants().applied(this);
    completes(1, new Event.Applied(database.tip().position()));
  }

  private void close(long epoch) {
    copier.abandon();
    if (database.openEpoch() < epoch) {
      database.close();
    }
    completes(1, new Event.Closed(database.tip().position()));
  }

  private void confirm(Position position) {
    changes++;
    database.confirm(position).forEach(world.invariants()::acknowledged);
    world.invariants().confirmed(position);
  }

  private void open(long epoch, boolean waits) {
    database.open(epoch, waits);
    if (streaming == roles) {
      return; // again, after it was shut
    }
    world.coverage().milestone("Opened");
    world.invariants().opened(this, epoch);
    streaming = roles;
    database.after(database.slot()).stream()
        .filter(frame -> frame.position().epoch() == epoch)
        .forEach(this::capture);
    world.announce(name(), new Message.Opened(epoch));
  }

  private void lead(EpochRecord record) {
    SourceStart start =
        new SourceStart(record, journal.tip(), database.tip().position(), database.slot());
    roles++;
    copier.abandon();
    source = world.bug().source(start, LIMITS);
    voter = null;
  }

  private SimStore.Answer answer() {
    return SimStore.answer(
        record -> tell(new Event.RecordSeen(record)), () -> tell(new Event.RecordUnknown()));
  }
}
