package io.understudy.daemon.replication;

import io.understudy.daemon.apply.AppliedPosition;
import io.understudy.daemon.apply.Applier;
import io.understudy.daemon.apply.DivergenceException;
import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Preflight;
import io.understudy.daemon.postgres.PreflightException;
import io.understudy.daemon.postgres.SchemaChange;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.daemon.seed.Seeder;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One shadow's work, on one thread at a time: find out what it has, copy if needed, then apply the
 * stream until it ends.
 *
 * <h2>A copy for one shadow while the others go on</h2>
 *
 * The shadow's queue is attached to the stream <em>before</em> a temporary slot is created. The
 * slot's exported snapshot holds exactly the transactions up to its consistent point P. The stream
 * was before P when the queue was attached, so the queue gets every transaction after P; those up
 * to P that it also gets are skipped, because the copy's applied position is P.
 */
final class ShadowLine {
  private static final Logger LOG = LoggerFactory.getLogger(ShadowLine.class);
  private static final Duration RETRY = Duration.ofMillis(500);

  /** Where the work begins. */
  sealed interface Begin {
    /**
     * The stream starts at {@code slotStart}; the copy that is there may go on if it reaches it.
     */
    record WithStream(Lsn slotStart) implements Begin {}

    /** Copy under the main slot's own snapshot; the stream starts after {@code done}. */
    record FirstCopy(Slots.Export export, CountDownLatch done) implements Begin {}

    /** Copy anew while the stream runs. */
    record Anew() implements Begin {}
  }

  /** Hears of the work, on the line's or the stream's thread. */
  interface Listener extends Applier.Listener {
    void seeding(long rows, long bytes, long bytesExpected);

    void from(Position position);

    void failed(String reason);
  }

  private final ReplicationSpec spec;
  private final Server primary;
  private final Server shadow;
  private final Listener listener;
  private final AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
  private final AtomicReference<@Nullable Feed> feed = new AtomicReference<>();
  private volatile boolean applying;

  ShadowLine(ReplicationSpec spec, Server primary, Server shadow, Listener listener) {
    this.spec = spec;
    this.primary = primary;
    this.shadow = shadow;
    this.listener = listener;
  }

  Server shadow() {
    return shadow;
  }

  @Nullable Feed feed() {
    return feed.get();
  }

  /** Attaches the queue and starts the work, once the work before it has ended. One caller. */
  void start(Begin begin) {
    Thread before = worker.get();
    feed.set(new Feed(spec.limits().queueBytesMax(), false));
    worker.set(
        Thread.ofVirtual().name("shadow-" + shadow.endpoint()).start(() -> work(before, begin)));
  }

  /** Whether it takes what the stream brings, with room to spare. */
  boolean keepsUp() {
    Feed current = feed.get();
    return current != null && !current.copying && current.queue.isRelaxed();
  }

  /** It was in sync: from now on its queue has the ordinary bound. */
  void caughtUp() {
    Feed current = feed.get();
    if (current != null) {
      current.queue.resize(spec.limits().queueBytesMax());
    }
  }

  /** Nothing more comes; a copy that is not complete is worth nothing. */
  void endOfStream() {
    Feed current = feed.get();
    if (current != null) {
      current.queue.end();
    }
    if (!applying) {
      interrupt();
    }
  }

  /** Stops after the group under way; a copy that is not complete is given up. */
  void stop() {
    discard(feed.getAndSet(null));
    if (!applying) {
      interrupt();
    }
  }

  /** Stops at once and needs a new copy; nothing happens if {@code held} was replaced meanwhile. */
  void giveUp(@Nullable Feed held, String reason) {
    if (held != null && feed.compareAndSet(held, null)) {
      discard(held);
      LOG.error("shadow {} of {}: -> failed cause={}", shadow, spec.service(), reason);
      listener.failed(reason);
      interrupt();
    }
  }

  void interrupt() {
    Thread thread = worker.get();
    if (thread != null) {
      thread.interrupt();
    }
  }

  /** Waits for the end of the work; returns whether it ended. */
  boolean join(Duration bound) throws InterruptedException {
    Thread thread = worker.get();
    return thread == null || thread.join(bound);
  }

  private static void discard(@Nullable Feed held) {
    if (held != null) {
      held.queue.discard();
    }
  }

  private void work(@Nullable Thread before, Begin begin) {
    try {
      if (before != null) {
        before.join();
      }
      Optional<Position> there =
          switch (begin) {
            case Begin.WithStream stream -> existing(stream.slotStart());
            case Begin.FirstCopy first -> firstCopy(first);
            case Begin.Anew _ -> Optional.empty();
          };
      Position position = there.isPresent() ? there.get() : copyAnew();
      LOG.info("shadow {} of {}: -> catching up position={}", shadow, spec.service(), position);
      listener.from(position);
      Feed current = feed.get();
      if (current != null) {
        applying = true;
        new Applier(
                spec.service(), shadow, current.queue, position, spec.limits().groupChangesMax())
            .run(listener);
      }
    } catch (DivergenceException | PreflightException e) {
      giveUp(feed.get(), String.valueOf(e.getMessage()));
    } catch (SQLException e) {
      giveUp(feed.get(), SqlState.describe(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      applying = false;
    }
  }

  /** The copy that is there, if the stream begins at or before its end. */
  private Optional<Position> existing(Lsn slotStart) throws SQLException, InterruptedException {
    Position earliest = new Position(spec.epoch(), slotStart);
    return retrying(() -> {
      Bootstrap.schema(shadow);
      new Slots(shadow, spec.service()).dropOthers(spec.epoch());
      Optional<Position> position;
      try (Connection connection = shadow.control()) {
        position =
            new AppliedPosition(spec.service())
                .read(connection)
                .filter(p -> p.epoch() == spec.epoch() && p.compareTo(earliest) >= 0);
      }
      if (position.isPresent() && !streamReshapes()) {
        require(primaryTables());
      }
      return position;
    });
  }

  private Optional<Position> firstCopy(Begin.FirstCopy first)
      throws SQLException, InterruptedException {
    try {
      return Optional.of(copy(first.export()));
    } catch (SQLException e) {
      if (!SqlState.isTransient(e)) {
        throw e;
      }
      listener.retrying(SqlState.describe(e));
      return Optional.empty();
    } finally {
      first.done().countDown();
    }
  }

  private Position copyAnew() throws SQLException, InterruptedException {
    return retrying(() -> {
      // Order is the safety rule here: see the class comment.
      Feed attached = new Feed(spec.limits().seedBufferBytesMax(), true);
      discard(feed.getAndSet(attached));
      Slots slots = new Slots(primary, spec.service());
      try (Slots.Export export = slots.temporary(shadow.endpoint().replace('-', '_'))) {
        Position position = copy(export);
        attached.copying = false;
        return position;
      }
    });
  }

  private Position copy(Slots.Export export) throws SQLException, InterruptedException {
    Catalogue tables = prepare();
    listener.seeding(0, 0, 0);
    LOG.info("shadow {} of {}: -> seeding", shadow, spec.service());
    return new Seeder(spec.service(), primary, shadow)
        .copy(export, spec.epoch(), tables, listener::seeding);
  }

  /** Makes the shadow ready for a copy; returns the tables to copy, as they are now. */
  private Catalogue prepare() throws SQLException {
    Bootstrap.schema(shadow);
    new Slots(shadow, spec.service()).dropOthers(spec.epoch());
    int replayed = SchemaChange.catchUp(primary, shadow);
    if (replayed > 0) {
      LOG.info("shadow {} of {}: {} changes of the schema run", shadow, spec.service(), replayed);
    }
    Catalogue tables = primaryTables();
    require(tables);
    return tables;
  }

  private void require(Catalogue tables) throws SQLException {
    Preflight preflight = new Preflight();
    preflight.shadow(shadow, tables);
    preflight.require();
  }

  private Catalogue primaryTables() throws SQLException {
    try (Connection connection = primary.control()) {
      return Catalogue.read(connection);
    }
  }

  /** Whether the stream brings changes of the schema that this shadow has not run yet. */
  private boolean streamReshapes() throws SQLException {
    try (Connection from = primary.control();
        Connection to = shadow.control()) {
      return !SchemaChange.pending(from, to).isEmpty();
    }
  }

  /**
   * The primary's tables have changed. A shadow to which the stream does not bring the change is
   * given up: what it would make of the next rows cannot be right.
   */
  void primaryReshaped(Catalogue tables) {
    Feed held = feed.get();
    if (held == null || held.copying) {
      return;
    }
    try {
      if (!streamReshapes()) {
        require(tables);
      }
    } catch (PreflightException e) {
      giveUp(held, "the primary's tables have changed and these have not: " + e.getMessage());
    } catch (SQLException e) {
      LOG.warn("{} cannot be compared: {}", shadow, SqlState.describe(e));
    }
  }

  /** Work on the servers that may be tried again. */
  private interface Attempt<T> {
    T run() throws SQLException, InterruptedException;
  }

  private <T> T retrying(Attempt<T> attempt) throws SQLException, InterruptedException {
    while (true) {
      try {
        return attempt.run();
      } catch (SQLException e) {
        if (!SqlState.isTransient(e)) {
          throw e;
        }
        listener.retrying(SqlState.describe(e));
        Thread.sleep(RETRY);
      }
    }
  }
}
