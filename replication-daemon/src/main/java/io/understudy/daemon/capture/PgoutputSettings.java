package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What one {@link PgoutputCapture} needs to know.
 *
 * @param name unique in this process, for threads and logs
 * @param epoch epoch of the positions
 * @param source the primary
 * @param slot name of the replication slot, which exists
 * @param start the slot's confirmed position
 * @param publication name of the publication, which exists
 * @param primaryKey columns of a table's primary key; empty if it has none
 * @param slotCheck says what is wrong with the slot
 * @param bounds of memory and time
 */
public record PgoutputSettings(
    String name,
    long epoch,
    Source source,
    String slot,
    Lsn start,
    String publication,
    Function<TableName, List<String>> primaryKey,
    Supplier<Optional<String>> slotCheck,
    Bounds bounds) {

  /** A server that can be read from. */
  public interface Source {
    /** A connection that speaks the replication protocol. */
    Connection connect() throws SQLException;

    /** What an error of the server means, without row values. */
    String describe(SQLException error);

    /**
     * Whether a read that finds nothing has waited by itself, for at most some ten milliseconds or
     * until {@link #wake}; if not, the reader pauses a moment before it looks again.
     */
    default boolean waits() {
      return false;
    }

    /** The reader wants to wait, or does not: the driver looks for messages while it sends, too. */
    default void patient(boolean on) {}

    /** There is something to tell the server: ends the wait of the reading thread. Any thread. */
    default void wake() {}
  }

  /**
   * Bounds of memory and time.
   *
   * @param openBytesMax memory for the changes of open transactions, up to three times as much
   *     while it grows; what is more goes to temporary files
   * @param handoverBytesMax memory for transactions that the sink has not taken yet, estimated
   *     bytes, unless a single one is larger
   * @param transactionsInFlightMax transactions delivered and not yet confirmed
   * @param quietMin how long, about, nothing published must have been committed before the slot is
   *     confirmed past the last transaction. A shadow's applied position moves with transactions
   *     only: seen from a slot that is confirmed past it, the shadow has missed something, and a
   *     restart would copy it anew. With heartbeat rows it never gets that far.
   */
  public record Bounds(
      long openBytesMax, long handoverBytesMax, int transactionsInFlightMax, Duration quietMin) {
    public static final Bounds DEFAULT =
        new Bounds(16L << 20, 8L << 20, 1 << 18, Duration.ofSeconds(10));
  }
}
