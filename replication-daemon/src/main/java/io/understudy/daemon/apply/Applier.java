package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.Transaction;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.ReplicationOrigin;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one shadow forward: takes groups of whole transactions from its queue and applies each in
 * one database transaction together with the applied position. Runs on one thread, its owner.
 */
public final class Applier {

  /** Hears of the progress, on the applier's thread. */
  public interface Listener {
    /**
     * A group is durable.
     *
     * @param readingMillis newest heartbeat reading in it, or 0 if it had none
     */
    void applied(Position position, long readingMillis);

    /** An error is being retried. */
    void retrying(String reason);

    /** A group of this many changes is durable. */
    default void grouped(int changes) {}

    /** A group's net effect failed, and it is applied row by row. */
    default void fellBack() {}
  }

  /** One connection, and what was learnt over it. */
  private record Session(Connection connection, NetWriter writer) {}

  private static final Logger LOG = LoggerFactory.getLogger(Applier.class);
  // A lone transaction never waits; at most this many groups a second are worth their commits.
  private static final Duration GATHER = Duration.ofMillis(20);
  private static final long GROUP_BYTES_MAX = 8L << 20;
  private static final Duration BACKOFF_MAX = Duration.ofSeconds(2);

  private final String service;
  private final Server shadow;
  private final TransactionQueue queue;
  private final int groupChangesMax;
  private final AppliedPosition row;
  private final ReplicationOrigin origin;
  private final AtomicLong fallbacks = new AtomicLong();
  private Position applied;
  private @Nullable Session session;

  /**
   * @param applied position of the copy that is there
   * @param groupChangesMax changes per database transaction, unless a single transaction has more
   */
  public Applier(
      String service,
      Server shadow,
      TransactionQueue queue,
      Position applied,
      int groupChangesMax) {
    this.service = service;
    this.shadow = shadow;
    this.queue = queue;
    this.applied = applied;
    this.groupChangesMax = groupChangesMax;
    this.row = new AppliedPosition(service);
    this.origin = new ReplicationOrigin(service, shadow.endpoint());
  }

  /** How many groups had to be applied row by row. Any thread. */
  public long fallbacks() {
    return fallbacks.get();
  }

  /**
   * Applies until the queue has ended and is empty.
   *
   * @throws DivergenceException if this shadow cannot go on
   */
  public void run(Listener listener) throws DivergenceException, InterruptedException {
    try {
      for (List<Transaction> group = take(); !group.isEmpty(); group = take()) {
        apply(group, listener);
        queue.gather(groupChangesMax, GATHER);
      }
    } finally {
      disconnect();
    }
  }

  private List<Transaction> take() throws InterruptedException {
    return queue.take(groupChangesMax, GROUP_BYTES_MAX);
  }

  private void apply(List<Transaction> group, Listener listener)
      throws DivergenceException, InterruptedException {
    for (Duration backoff = Duration.ofMillis(20); ; backoff = next(backoff)) {
      // After a lost COMMIT the position says whether it happened.
      List<Transaction> fresh = fresh(group);
      if (fresh.isEmpty()) {
        return;
      }
      try {
        applyOnce(fresh, listener);
        listener.applied(applied, reading(fresh));
        return;
      } catch (SQLException e) {
        disconnect();
        if (!SqlState.isTransient(e) && !SqlState.isInUse(e)) {
          throw new DivergenceException(SqlState.describe(e), e);
        }
        listener.retrying(SqlState.describe(e));
        Thread.sleep(backoff);
      }
    }
  }

  /** They are in order, so what is applied already is at the front. */
  private List<Transaction> fresh(List<Transaction> group) {
    int first = 0;
    while (first < group.size() && group.get(first).position().compareTo(applied) <= 0) {
      first++;
    }
    return group.subList(first, group.size());
  }

  private void applyOnce(List<Transaction> fresh, Listener listener)
      throws SQLException, DivergenceException {
    Session current = connect();
    Connection connection = current.connection();
    // The position read at a reconnection may lie inside the group.
    List<Change> changes = new ArrayList<>();
    for (Transaction transaction : fresh(fresh)) {
      changes.addAll(transaction.changes());
    }
    Position target = fresh.getLast().position();
    if (target.compareTo(applied) <= 0) {
      return;
    }
    row.move(connection, applied, target);
    boolean reshaped;
    try {
      reshaped =
          new ReshapingWriter(
                  shadow, connection, current.writer()::write, () -> writer(connection)::write)
              .write(changes);
    } catch (SQLException | DivergenceException e) {
      if (e instanceof SQLException failure && SqlState.isTransient(failure)) {
        throw failure;
      }
      connection.rollback();
      fellBack(e);
      listener.fellBack();
      row.move(connection, applied, target);
      reshaped = writeInOrder(connection, changes);
    }
    connection.commit();
    applied = target;
    if (reshaped) {
      // What was learnt over this connection is of the tables as they were.
      disconnect();
    }
    listener.grouped(changes.size());
  }

  /** What the changes do in their own order is the verdict; the net effect is a faster way. */
  private boolean writeInOrder(Connection connection, List<Change> changes)
      throws SQLException, DivergenceException {
    ReshapingWriter.Writing inOrder =
        part -> {
          // Read anew, because a table that has changed may be why the net effect failed.
          try (OrderedWriter writer = new OrderedWriter(connection, Catalogue.read(connection))) {
            writer.write(part);
          }
        };
    return new ReshapingWriter(shadow, connection, inOrder, () -> inOrder).write(changes);
  }

  private void fellBack(Exception cause) {
    long times = fallbacks.incrementAndGet();
    if (Long.bitCount(times) == 1) {
      LOG.info(
          "shadow {} of {}: net effect -> row by row, {} groups so far, cause={}",
          shadow,
          service,
          times,
          cause instanceof SQLException error ? SqlState.describe(error) : cause.getMessage());
    }
  }

  private Session connect() throws SQLException, DivergenceException {
    Session current = session;
    if (current != null) {
      return current;
    }
    Connection opened = shadow.apply();
    try {
      Session begun = begin(opened);
      session = begun;
      return begun;
    } catch (SQLException | DivergenceException e) {
      close(opened);
      throw e;
    }
  }

  private Session begin(Connection opened) throws SQLException, DivergenceException {
    origin
        .mark(opened)
        .ifPresent(why ->
            LOG.warn(
                "shadow {} of {}: its commits carry no replication origin {}, so no stream back"
                    + " can be told from the application's own writes: {}",
                shadow,
                service,
                origin.name(),
                why));
    opened.setAutoCommit(false);
    // Waits for a COMMIT of ours whose answer was lost.
    Position durable =
        row.readSettled(opened)
            .orElseThrow(() -> new DivergenceException("the copy's position is gone"));
    opened.commit();
    if (durable.epoch() != applied.epoch() || durable.compareTo(applied) < 0) {
      throw new DivergenceException(
          "the copy is at " + durable + " instead of " + applied + ": somebody else replaced it");
    }
    applied = durable;
    NetWriter writer = writer(opened);
    opened.commit();
    return new Session(opened, writer);
  }

  private static NetWriter writer(Connection connection) throws SQLException {
    return new NetWriter(connection, Catalogue.read(connection), NetWriter.Bounds.DEFAULT);
  }

  private void disconnect() {
    Session current = session;
    session = null;
    if (current != null) {
      close(current.connection());
    }
  }

  private static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException ignored) {
      // It is broken already; the next one starts afresh.
    }
  }

  private long reading(List<Transaction> group) {
    long newest = 0;
    for (Transaction transaction : group) {
      for (Change change : transaction.changes()) {
        newest = Math.max(newest, reading(change));
      }
    }
    return newest;
  }

  private long reading(Change change) {
    if (!change.table().equals(Catalogue.HEARTBEAT)) {
      return 0;
    }
    return switch (change) {
      case Change.Insert insert -> reading(insert.row());
      case Change.Update update -> reading(update.row());
      case Change.Delete _, Change.Truncate _, Change.Unreadable _ -> 0;
    };
  }

  private long reading(Row heartbeat) {
    return heartbeat.text("service").filter(service::equals).isPresent()
        ? heartbeat.text("reading").map(Long::parseLong).orElse(0L)
        : 0;
  }

  private static Duration next(Duration backoff) {
    Duration doubled = backoff.multipliedBy(2);
    return doubled.compareTo(BACKOFF_MAX) > 0 ? BACKOFF_MAX : doubled;
  }
}
