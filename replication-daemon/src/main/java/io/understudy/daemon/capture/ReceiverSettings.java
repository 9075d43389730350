package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import io.understudy.model.config.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What one {@link ReceiverCapture} needs to know.
 *
 * @param name unique in this process, for threads, logs and the file in the folder
 * @param epoch epoch of the positions
 * @param start the slot's confirmed position
 * @param at where it listens and keeps what it needs
 * @param primaryKey columns of a table's primary key; empty if it has none
 * @param slotCheck says what is wrong with the slot, which may be confirmed up to the position
 * @param clock for the age of requests
 * @param bounds of memory, disk and time
 */
public record ReceiverSettings(
    String name,
    long epoch,
    Lsn start,
    Place at,
    Function<TableName, List<String>> primaryKey,
    Function<Lsn, Optional<String>> slotCheck,
    InstantSource clock,
    Bounds bounds) {

  /**
   * Where a receiver listens and keeps what it needs.
   *
   * @param listen address for Debezium Server
   * @param secretFile file with the keys of the signatures, one a line, read at every request
   * @param placeholder the server's {@code unavailable.value.placeholder}
   * @param folder for what it has answered for of a transaction that has not ended
   */
  public record Place(HostPort listen, Path secretFile, String placeholder, Path folder) {}

  /**
   * Bounds of memory, disk and time.
   *
   * @param bodyBytesMax of one batch
   * @param openBytesMax of all batches' parts of one transaction
   * @param answerMax how long a batch may wait for its replication before the server is told to
   *     post it again; less than the server's own {@code timeout.ms}
   * @param skewMax how far the time of a request may be from this machine's
   * @param listenMax how long to wait for a predecessor to let go of the address
   */
  public record Bounds(
      int bodyBytesMax,
      long openBytesMax,
      Duration answerMax,
      Duration skewMax,
      Duration listenMax) {
    public static final Bounds DEFAULT =
        new Bounds(
            64 << 20,
            1L << 30,
            Duration.ofSeconds(30),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30));
  }
}
