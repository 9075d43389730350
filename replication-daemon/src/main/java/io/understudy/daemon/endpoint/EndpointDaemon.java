package io.understudy.daemon.endpoint;

import io.understudy.daemon.audit.AuditLog;
import io.understudy.daemon.control.EpochStore;
import io.understudy.daemon.journal.JournalLimits;
import io.understudy.daemon.journal.PromiseFile;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Message;
import io.understudy.daemon.protocol.Promotion;
import io.understudy.daemon.protocol.SourceStart;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.protocol.VoterStart;
import io.understudy.daemon.replication.Figures;
import io.understudy.daemon.snapshot.Report;
import io.understudy.daemon.wire.Parcel;
import io.understudy.daemon.wire.Peers;
import io.understudy.model.Position;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon of one endpoint of a service: plays the protocol's roles on one thread, and carries
 * out what they decide on its journal, its database, the control record and its peers.
 *
 * <p>It starts as a voter from what is on its disks; if the control record names it, it leads. A
 * failed disk ends it ({@link Surroundings#failed}): a new process has to read what is there.
 */
public final class EndpointDaemon implements Peers.Inbox, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EndpointDaemon.class);
  private static final JournalLimits LIMITS = JournalLimits.DEFAULTS;
  private static final long END_SECONDS_MAX = 30;

  /** What is around a daemon. */
  public interface Surroundings {
    /** Connects to the peers, who are heard through the inbox. */
    Peers connect(Peers.Inbox inbox) throws IOException;

    /**
     * The one thread on which the daemon's state and its journal live, best that of the
     * connections; it waits for the disk. Stays until the daemon is closed.
     */
    Executor carrier();

    EpochStore store();

    Clocks clocks();

    /** It cannot go on; any thread. */
    void failed(Throwable reason);
  }

  private final EndpointSettings settings;
  private final Surroundings around;
  private final Loop loop;
  private final PromiseFile promises;
  private final Workplace place;
  private final Stage stage = new Stage();
  private Part part = new Part.Between("starting");
  private long leading; // while between: the epoch that it is about to lead
  private int parts; // what was asked for by an earlier part is not wanted any more
  private volatile int current;
  private @Nullable PromotionRun promotion;
  private @Nullable Peers peers;

  private EndpointDaemon(EndpointSettings settings, Surroundings around) throws IOException {
    this.settings = settings;
    this.around = around;
    this.loop = new Loop(around.carrier(), around::failed);
    Ledger ledger = Ledger.open(settings.folder(), LIMITS, around.clocks().wall());
    try {
      this.promises = PromiseFile.open(settings.folder());
    } catch (IOException e) {
      ledger.close();
      throw e;
    }
    JournalDesk desk = new JournalDesk(ledger, promises, loop, () -> part.journalFailed());
    this.place =
        new Workplace(
            settings,
            loop,
            new Workplace.Fittings(ledger, desk, around.store(), around.clocks()),
            this::received);
  }

  /**
   * Makes the journal and the promise file of a new endpoint, once in its life. A disk that was
   * replaced belongs to a new endpoint, with a new name.
   *
   * @throws IOException if they are there already, or cannot be made
   */
  public static void enrol(EndpointSettings settings) throws IOException {
    Enrolment.make(settings.folder());
  }

  /**
   * Starts.
   *
   * @throws IOException if journal or promise cannot be opened, or nobody can be connected
   */
  public static EndpointDaemon start(EndpointSettings settings, Surroundings around)
      throws IOException {
    EndpointDaemon daemon = new EndpointDaemon(settings, around);
    daemon.loop.post(daemon.stage::startOver);
    try {
      Peers connected = around.connect(daemon);
      daemon.peers = connected;
      daemon.loop.post(() -> daemon.place.connect(connected));
    } catch (IOException e) {
      daemon.close();
      throw e;
    }
    daemon.place.every(settings.pace().tick(), daemon::tick);
    daemon.place.every(settings.pace().look(), () -> daemon.part.look());
    return daemon;
  }

  // -- what comes from outside

  /** What the peers send is bounded in bytes where it arrives, so it need not wait for room. */
  @Override
  public void execute(Runnable delivery) {
    loop.post(delivery);
  }

  @Override
  public void connected(String peer) {}

  @Override
  public void disconnected(String peer) {
    part.disconnected(peer);
  }

  @Override
  public void received(String from, Parcel parcel) {
    PromotionRun running = promotion;
    if (parcel.message() instanceof Message.ToController message) {
      if (running != null) {
        running.step(new Event.ControllerReceived(from, message));
      }
      return;
    }
    if (part instanceof Part.Between
        && parcel.message() instanceof Message.Join(EpochRecord record)
        && record.epoch() > leading
        && leading > 0) {
      stage.startOver(); // It waits for a database to lead an epoch that is over.
    }
    part.receive(from, parcel);
  }

  private void tick() {
    part.tick();
    PromotionRun running = promotion;
    if (running != null) {
      running.step(new Event.Tick(place.nowMillis()));
      promotion = running.done() ? null : running;
    }
  }

  /**
   * Makes an endpoint the primary of a new epoch, if the voters and the control record let it.
   *
   * @param patience how long that may take
   * @return how it ended
   * @throws IllegalArgumentException if there is no such endpoint
   */
  public CompletableFuture<Effect.Outcome> promote(String candidate, Duration patience) {
    return promote(Promotion.Order.of(candidate), patience);
  }

  /** The same; the order says what may be lost if commits did not wait for voters. */
  public CompletableFuture<Effect.Outcome> promote(Promotion.Order order, Duration patience) {
    settings.endpoint(order.candidate());
    CompletableFuture<Effect.Outcome> outcome = new CompletableFuture<>();
    loop.post(() -> {
      if (promotion != null && !promotion.done()) {
        outcome.complete(new Effect.Outcome.Declined("another promotion is under way here"));
        return;
      }
      promotion =
          new PromotionRun(new Promotion(order, patience, place.nowMillis()), place, outcome);
    });
    return outcome;
  }

  /**
   * Compares this endpoint's copy with its primary, while both go on.
   *
   * @param cause who wants it, for the audit log
   * @return what was found; fails with an {@link IllegalStateException} that says why it could not
   *     be compared
   */
  public CompletableFuture<Report> verify(String cause) {
    return loop.call(() -> part.caretaker().verify(cause));
  }

  /**
   * Sends this endpoint the rows in which it differs from its primary, and compares again.
   *
   * @param cause who wants it, for the audit log
   * @return what it came to; fails with an {@link IllegalStateException} that says why it could not
   *     be repaired, always on the endpoint that is the source
   */
  public CompletableFuture<Repair> repair(String cause) {
    return loop.call(() -> part.caretaker().repair(cause));
  }

  /** What was copied, compared and repaired here, and why. */
  public AuditLog audit() {
    return place.audit();
  }

  /**
   * Lets the primary's COMMIT wait for voters, or not.
   *
   * @param worth {@code QUORUM} or {@code ASYNC}
   * @return completes when the control record and the database say so, however long that takes;
   *     fails if this daemon is not the source, ceases to be, or gets another order
   */
  public CompletableFuture<Durability> durability(Durability worth) {
    CompletableFuture<Durability> done = new CompletableFuture<>();
    loop.post(() -> part.durability(worth, done));
    return done;
  }

  /** How it stands; waits for the daemon's thread. */
  public EndpointStatus status() {
    return report().join().status();
  }

  /** All that is known; completes on the daemon's thread, or after a while without it. */
  public CompletableFuture<EndpointReport> report() {
    CompletableFuture<EndpointReport> report = new CompletableFuture<>();
    loop.post(() -> report.complete(part.report()));
    return report.completeOnTimeout(
        EndpointReport.between("not answering"), END_SECONDS_MAX, TimeUnit.SECONDS);
  }

  /**
   * Completes as soon as more than {@code after} is replicated, or when {@code wait} is over, with
   * the position then; at once with {@link Position#NONE} if this endpoint is not the source.
   */
  public CompletableFuture<Position> awaitReplicated(Position after, Duration wait) {
    CompletableFuture<Position> answer = new CompletableFuture<>();
    loop.post(() -> part.awaitReplicated(after, answer));
    place.later(wait, () -> answer.complete(part.report().status().replicated()));
    return answer;
  }

  /** Makes this endpoint's copy anew, if it follows; returns at once. */
  public void reseed() {
    loop.post(() -> part.reseed());
  }

  /** What was applied here, in numbers. Any thread. */
  Figures.OfShadow applied() {
    return place.counters().figures();
  }

  // -- from part to part

  private final class Stage implements Part.Stage {
    @Override
    public void startOver() {
      change("starting", 0);
      vote(parts);
    }

    @Override
    public void stepDown(long epoch) {
      change("stepping down", 0);
      place.ask(() -> closeIfPossible(epoch), () -> true, Workplace.Answer.of(_ -> {}));
      startOver();
    }

    @Override
    public void takeLead(EpochRecord record) {
      change("taking the lead", record.epoch());
      int wanted = parts;
      place.ask(
          () ->
              new Lead(
                  record, place.database().prepare(record.epoch()), place.database().contains()),
          () -> current == wanted,
          Workplace.Answer.of(lead -> lead(lead, wanted)));
    }

    @Override
    public void failed(String reason) {
      around.failed(new IOException(settings.self() + " of " + settings.service() + ": " + reason));
    }
  }

  /** What is known of an epoch that is about to be led. */
  private record Lead(EpochRecord record, EndpointDatabase.Ready ready, Position contains) {}

  private void change(String why, long toLead) {
    Part before = part;
    before.leave();
    parts++;
    current = parts;
    leading = toLead;
    part = new Part.Between(why);
    log.info("{} of {}: -> {}", settings.self(), settings.service(), why);
    place.ask(
        () -> {
          before.end();
          return true;
        },
        () -> true,
        Workplace.Answer.of(_ -> {}));
  }

  /** Without quorum nothing is acknowledged anyway: a database that does not answer can wait. */
  private boolean closeIfPossible(long epoch) throws InterruptedException {
    try {
      place.database().closeBefore(epoch);
      return true;
    } catch (SQLException | EndpointDatabase.OutbidException e) {
      log.warn("{}: not closed now: {}", settings.self(), e.getMessage());
      return false;
    }
  }

  /**
   * What the database contains is not asked here, because a voter whose server is dead can still
   * promise; it is asked before the voter joins an epoch, and matters only then.
   */
  private void vote(int wanted) {
    place
        .desk()
        .state(state -> {
          if (current != wanted) {
            return;
          }
          place.endsAt(state.tip());
          VoterStart start =
              new VoterStart(
                  settings.self(),
                  state.tip(),
                  state.acked(),
                  state.promise(),
                  Position.NONE,
                  settings.pace().limits().lease());
          part = new Voting(place, stage, start);
          part.look();
        });
  }

  private void lead(Lead lead, int wanted) {
    place
        .desk()
        .state(state -> {
          if (current == wanted) {
            lead(lead, state, wanted);
          }
        });
  }

  private void lead(Lead lead, JournalDesk.State state, int wanted) {
    EndpointDatabase.Ready ready = lead.ready();
    long epoch = lead.record().epoch();
    boolean founding = state.tip().equals(Tip.NONE) && lead.record().cut().equals(Tip.NONE);
    if (founding && !ready.used()) {
      // What the database holds already is before the journal: voters begin with a copy.
      Tip base = new Tip(new Position(epoch, ready.confirmed()), 1);
      place
          .desk()
          .restart(
              base,
              () -> {
                place.beginsAt(base);
                if (current != wanted) {
                  return; // A later epoch came meanwhile, and has looked at the disk after this.
                }
                source(lead, new JournalDesk.State(base, state.acked(), null, true, false));
              });
    } else {
      source(lead, state);
    }
  }

  private void source(Lead lead, JournalDesk.State state) {
    long epoch = lead.record().epoch();
    Position confirmed = new Position(epoch, lead.ready().confirmed());
    Position tip = state.tip().position();
    // The slot may stand between two commits; what the protocol knows of are commits.
    Position slot =
        tip.epoch() < epoch || state.empty()
            ? Position.NONE
            : tip.compareTo(confirmed) < 0 ? tip : confirmed;
    if (state.damaged() && state.acked().epoch() == epoch) {
      slot = state.acked();
    }
    SourceStart start = new SourceStart(lead.record(), state.tip(), lead.contains(), slot);
    Position needed = state.empty() && !lead.ready().used() ? tip : Position.NONE;
    leading = 0;
    part = new Sourcing(place, stage, new Sourcing.Begin(start, lead.ready(), needed));
  }

  /** Stops in order; what is on the disks is what a next start begins with. Blocks. */
  @Override
  public void close() {
    CountDownLatch left = new CountDownLatch(1);
    loop.post(() -> {
      change("ending", 0);
      place.ask(
          () -> {
            left.countDown();
            return true;
          },
          () -> true,
          Workplace.Answer.of(_ -> {}));
    });
    try {
      if (!left.await(END_SECONDS_MAX, TimeUnit.SECONDS)) {
        log.warn("{} of {} did not end in order", settings.self(), settings.service());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Peers connected = peers;
    if (connected != null) {
      connected.close();
    }
    place.close();
    loop.close();
    place.desk().close();
  }
}
