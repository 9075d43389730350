package io.understudy.daemon.replication;

import io.understudy.daemon.apply.AppliedPosition;
import io.understudy.daemon.apply.TransactionQueue;
import io.understudy.daemon.capture.Capture;
import io.understudy.daemon.capture.Transaction;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Heartbeat;
import io.understudy.daemon.postgres.Primary;
import io.understudy.daemon.postgres.PrimaryRounds;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running state synchronisation of one service in one epoch: one capture on the primary, one
 * applier per shadow, and the watermark between them. All methods may be called from any thread;
 * those that say so block and belong on a virtual thread.
 *
 * <pre>
 * capture -> captured queue -> fanout -> queue per shadow -> applier -> scoreboard -> capture.confirm
 * </pre>
 */
public final class Replication implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Replication.class);
  private static final long CAPTURED_BYTES_MAX = 8L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(1);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(3);

  private final ReplicationSpec spec;
  private final InstantSource clock;
  private final Capture capture;
  private final Scoreboard scoreboard;
  private final PrimaryRounds rounds;
  private final TransactionQueue captured = new TransactionQueue(CAPTURED_BYTES_MAX);
  private final List<ShadowLine> lines;
  private final Fanout fanout;
  private final Thread fanoutThread;
  // They write to the primary, or are about to read from it: the first to end.
  private final List<Thread> sources = new ArrayList<>();

  private Replication(
      ReplicationSpec spec,
      Launch launch,
      Launch.Plan plan,
      InstantSource clock,
      ReplicationListener listener)
      throws SQLException {
    this.spec = spec;
    this.clock = clock;
    this.capture = launch.capture(plan);
    this.scoreboard = new Scoreboard(spec, clock, listener, p -> capture.confirm(p.lsn()));
    Server primary = Server.of(spec.primary());
    this.rounds = new PrimaryRounds(own(primary), clock, this::reshaped);
    this.lines =
        spec.shadows().stream()
            .map(Server::of)
            .map(shadow ->
                new ShadowLine(spec, primary, shadow, scoreboard.listener(shadow.endpoint())))
            .toList();
    this.fanout = new Fanout(spec, captured, lines, scoreboard::captured);
    this.fanoutThread = Thread.ofVirtual().name("fanout-" + spec.service()).unstarted(fanout::run);
    scoreboard.onInSync(endpoint -> line(endpoint).caughtUp());
  }

  /**
   * Starts, or goes on after a restart of this process. Blocks until the servers are checked and
   * the primary's slot exists; copies and the stream go on in the background. Per shadow: an
   * applied position of this epoch that the slot still covers means catching up, anything else a
   * new copy.
   *
   * @throws io.understudy.daemon.postgres.PreflightException if a server or table cannot be
   *     replicated; all problems with their remedies
   * @throws SQLException if the primary does not answer
   */
  public static Replication start(
      ReplicationSpec spec, InstantSource clock, ReplicationListener listener) throws SQLException {
    Launch launch = new Launch(spec, clock);
    Launch.Plan plan = launch.resume();
    return new Replication(spec, launch, plan, clock, listener).begin(plan);
  }

  /**
   * Starts the epoch after {@code end} on the promoted primary, which must not be open for writes
   * until this returns: then its slot exists, so that no write can be missed. Shadows that reached
   * the cut go on without a copy. Blocks like {@link #start}.
   *
   * @throws IllegalArgumentException if the new primary did not reach the cut, or the epoch is not
   *     a later one
   */
  public static Replication startEpoch(
      ReplicationSpec spec, EpochEnd end, InstantSource clock, ReplicationListener listener)
      throws SQLException {
    if (!end.reachesCut(spec.primary().name()) || spec.epoch() <= end.epoch()) {
      throw new IllegalArgumentException(
          spec.primary().name()
              + " cannot be the primary of epoch "
              + spec.epoch()
              + ": the cut is "
              + end.cut()
              + " and it reached "
              + end.positions().get(spec.primary().name()));
    }
    Launch launch = new Launch(spec, clock);
    Launch.Plan plan = launch.promote(end);
    return new Replication(spec, launch, plan, clock, listener).begin(plan);
  }

  /**
   * Reads the end of {@code spec}'s epoch from the shadows themselves, for a process that did not
   * run the replication: after a crash of daemon and primary. Blocks, bounded by the connection
   * time-outs. No replication of that epoch may run.
   */
  public static EpochEnd inspect(ReplicationSpec spec) {
    return inspect(spec, Position.NONE);
  }

  /** Everything up to here is durable on k shadows. */
  public Position replicated() {
    return scoreboard.replicated();
  }

  /** What was done since the start, in numbers. */
  public Figures figures() {
    return scoreboard.figures(rounds.retainedBytes());
  }

  /** All shadows, in the order of the specification. */
  public List<ShadowStatus> shadows() {
    return scoreboard.shadows();
  }

  /**
   * Copies a failed shadow anew while the others go on; returns at once. Nothing happens if it has
   * not failed.
   *
   * @throws IllegalArgumentException if there is no such shadow
   */
  public void reseed(String endpoint) {
    ShadowLine line = line(endpoint);
    scoreboard.recover(endpoint, () -> line.start(new ShadowLine.Begin.Anew()));
  }

  /**
   * Ends the epoch after the primary died: stops the capture, lets every live shadow apply all that
   * was captured, stops. Blocks for at most about {@code bound} and the connection time-outs; a
   * shadow that was not done by then reports what it has. Nothing of this epoch is applied
   * afterwards.
   */
  public EpochEnd finish(Duration bound) {
    Instant deadline = clock.instant().plus(bound);
    fanout.end();
    stopSources();
    Set<String> undecided = join(deadline);
    Position replicated = scoreboard.stop();
    EpochEnd end = inspect(spec, replicated).without(undecided);
    LOG.info("{}: epoch {} ended cut={} {}", spec.service(), spec.epoch(), end.cut(), end);
    return end;
  }

  /** Stops in order and leaves slot and positions for the next {@link #start}. Blocks. */
  @Override
  public void close() {
    captured.discard();
    lines.forEach(ShadowLine::stop);
    Thread capturing = stopSources();
    Set<String> undecided = join(clock.instant().plus(CLOSE_MAX));
    if (!undecided.isEmpty()) {
      LOG.warn("{}: {} did not stop within {}", spec.service(), undecided, CLOSE_MAX);
    }
    scoreboard.stop();
    try {
      capturing.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Replication begin(Launch.Plan plan) {
    Heartbeat heartbeat =
        new Heartbeat(own(Server.of(spec.primary())), clock, spec.limits().heartbeat());
    fanoutThread.start();
    sources.add(Thread.ofVirtual().name("heartbeat-" + spec.service()).start(heartbeat::run));
    sources.add(Thread.ofVirtual().name("rounds-" + spec.service()).start(rounds::run));
    scoreboard.start();
    CountDownLatch copies = new CountDownLatch(plan.export().isPresent() ? lines.size() : 0);
    for (ShadowLine line : lines) {
      line.start(
          plan.export()
              .<ShadowLine.Begin>map(export -> new ShadowLine.Begin.FirstCopy(export, copies))
              .orElseGet(() -> new ShadowLine.Begin.WithStream(plan.slotStart())));
    }
    sources.add(
        Thread.ofVirtual()
            .name("start-" + spec.service())
            .start(() -> stream(plan.export(), copies)));
    return this;
  }

  private Primary own(Server server) {
    return new Primary(spec.service(), spec.epoch(), server);
  }

  private void reshaped(Catalogue tables) {
    for (ShadowLine line : lines) {
      Thread.ofVirtual().name("compare").start(() -> line.primaryReshaped(tables));
    }
  }

  /** The slot keeps what happens during the first copies, so that memory need not. */
  private void stream(Optional<Slots.Export> export, CountDownLatch copies) {
    try {
      copies.await();
      if (export.isPresent()) {
        export.get().close();
      }
      capture.start(new Captured());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      scoreboard.captureFailed(SqlState.describe(e));
    }
  }

  /** Ends heartbeat and capture; the capture's end is not waited for. */
  private Thread stopSources() {
    sources.forEach(Thread::interrupt);
    return Thread.ofVirtual().name("end-of-capture").start(capture::close);
  }

  /** Waits for the shadows' work; returns those that may still apply something. */
  private Set<String> join(Instant deadline) {
    Set<String> undecided = new HashSet<>();
    try {
      for (ShadowLine line : lines) {
        Duration left = Duration.between(clock.instant(), deadline);
        if (!line.join(left.isNegative() ? Duration.ZERO : left)) {
          line.interrupt();
        }
      }
      for (ShadowLine line : lines) {
        if (!line.join(PATIENCE)) {
          undecided.add(line.shadow().endpoint());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    fanoutThread.interrupt();
    return undecided;
  }

  private ShadowLine line(String endpoint) {
    return lines.stream()
        .filter(line -> line.shadow().endpoint().equals(endpoint))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "no shadow '" + endpoint + "' in service '" + spec.service() + "'"));
  }

  private static EpochEnd inspect(ReplicationSpec spec, Position replicated) {
    Map<String, Position> positions = new ConcurrentHashMap<>();
    List<Thread> readers =
        spec.shadows().stream()
            .map(Server::of)
            .map(shadow ->
                Thread.ofVirtual()
                    .start(() ->
                        settled(spec, shadow).ifPresent(p -> positions.put(shadow.endpoint(), p))))
            .toList();
    try {
      for (Thread reader : readers) {
        reader.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return new EpochEnd(spec.epoch(), replicated, positions);
  }

  private static Optional<Position> settled(ReplicationSpec spec, Server shadow) {
    try (Connection connection = shadow.control()) {
      return new AppliedPosition(spec.service())
          .readSettled(connection)
          .filter(position -> position.epoch() == spec.epoch());
    } catch (SQLException e) {
      LOG.warn("{} does not tell its position: {}", shadow, SqlState.describe(e));
      return Optional.empty();
    }
  }

  /** Takes over from the capture's thread. */
  private final class Captured implements Capture.Sink {
    @Override
    public void accept(Transaction transaction) throws InterruptedException {
      acceptAll(List.of(transaction));
    }

    @Override
    public void acceptAll(List<Transaction> transactions) throws InterruptedException {
      for (int next = captured.offer(transactions, 0, PATIENCE);
          next < transactions.size();
          next = captured.offer(transactions, next, PATIENCE)) {
        LOG.debug("{}: the shadows set the pace", spec.service());
      }
    }

    @Override
    public void failed(String reason) {
      scoreboard.captureFailed(reason);
    }
  }
}
