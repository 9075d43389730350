package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.postgresql.replication.fluent.logical.ChainedLogicalStreamBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * PostgreSQL's logical stream from one slot. Everything but {@link #abort} belongs to one thread:
 * the driver holds one lock while it reads, so that a status sent from elsewhere would wait for the
 * next message.
 */
final class LogicalStream implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogicalStream.class);
  private static final String IN_USE = "55006";
  private static final int STATUS_SECONDS = 1;
  private static final int ATTEMPTS = 100;
  private static final long PAUSE_NANOS = 100_000_000;

  private final PgoutputSettings settings;
  // A strong reference: the driver closes a connection that nobody holds.
  private final Connection connection;
  private final PGReplicationStream stream;
  private final BooleanSupplier closing;

  private LogicalStream(PgoutputSettings settings, Connection connection, BooleanSupplier closing)
      throws SQLException {
    this.settings = settings;
    this.connection = connection;
    this.closing = closing;
    this.stream = begin(settings, connection);
  }

  /**
   * Connects, and takes the slot; waits a moment for a killed predecessor to let go of it.
   *
   * @param closing says that it is not wanted any more
   * @throws SQLException if the server refuses
   */
  static LogicalStream open(PgoutputSettings settings, BooleanSupplier closing)
      throws SQLException {
    Connection connection = settings.source().connect();
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          return new LogicalStream(settings, connection, closing);
        } catch (SQLException e) {
          if (attempt >= ATTEMPTS || closing.getAsBoolean() || !IN_USE.equals(e.getSQLState())) {
            throw e;
          }
          LockSupport.parkNanos(PAUSE_NANOS);
        }
      }
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private static PGReplicationStream begin(PgoutputSettings settings, Connection connection)
      throws SQLException {
    int version = connection.getMetaData().getDatabaseMajorVersion();
    ChainedLogicalStreamBuilder stream =
        connection
            .unwrap(PGConnection.class)
            .getReplicationAPI()
            .replicationStream()
            .logical()
            .withSlotName(settings.slot())
            .withStartPosition(LogSequenceNumber.valueOf(settings.start().value()))
            .withStatusInterval(STATUS_SECONDS, TimeUnit.SECONDS)
            // The driver would confirm keepalives, past transactions that nobody holds.
            .withAutomaticFlush(false)
            .withSlotOption("proto_version", version >= 16 ? 4 : 2)
            .withSlotOption("publication_names", TableName.quote(settings.publication()))
            .withSlotOption("streaming", "on")
            .withSlotOption("messages", "false");
    // What is applied here was captured elsewhere: a new primary may still apply its history.
    return (version >= 16 ? stream.withSlotOption("origin", "none") : stream).start();
  }

  /** The next message, or null if none comes within about a millisecond. */
  @Nullable ByteBuffer next() throws SQLException {
    settings.source().patient(true);
    try {
      return stream.readPending();
    } finally {
      settings.source().patient(false);
    }
  }

  /** Once nothing is open or outstanding: the server has nothing more for us up to here. */
  Lsn received() {
    return new Lsn(stream.getLastReceiveLSN().asLong());
  }

  /** Tells the server that it may forget everything up to here, and that we are alive. */
  void confirm(Lsn confirmed) throws SQLException {
    LogSequenceNumber position = LogSequenceNumber.valueOf(confirmed.value());
    stream.setFlushedLSN(position);
    stream.setAppliedLSN(position);
    stream.forceUpdateStatus();
  }

  /** Breaks the connection under the thread that owns this. */
  void abort() throws SQLException {
    connection.abort(Runnable::run);
  }

  /** Ends the stream; the slot is free when this returns, if the server answers in time. */
  @Override
  public void close() {
    try (connection) {
      if (!stream.isClosed()) {
        // The server answers after it let go of the slot.
        stream.close();
        return;
      }
    } catch (SQLException e) {
      LOG.debug("capture {}: {}", settings.name(), settings.source().describe(e));
    }
    // After a failure nobody waits for the slot, and the server may not answer for long.
    if (closing.getAsBoolean()) {
      awaitRelease();
    }
  }

  private void awaitRelease() {
    try (Connection other = settings.source().connect();
        Statement statement = other.createStatement()) {
      for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
        try (ResultSet active =
            statement.executeQuery(
                "SELECT FROM pg_replication_slots WHERE active AND slot_name = '"
                    + settings.slot()
                    + "'")) {
          if (!active.next()) {
            return;
          }
        }
        LockSupport.parkNanos(PAUSE_NANOS);
      }
      LOG.warn("capture {}: the server still holds slot {}", settings.name(), settings.slot());
    } catch (SQLException e) {
      LOG.debug("capture {}: {}", settings.name(), settings.source().describe(e));
    }
  }
}
