package io.understudy.daemon.replication;

import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Fingerprint;
import io.understudy.daemon.postgres.Sequences;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.SqlState;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is done on the primary once a second: its sequences are noted in their replicated table, the
 * log that its slot holds back is measured, and whether its tables have changed is looked at.
 */
final class PrimaryRounds {
  private static final Logger LOG = LoggerFactory.getLogger(PrimaryRounds.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final ReplicationSpec spec;
  private final Server primary;
  private final InstantSource clock;
  private final Sequences sequences;
  private final Consumer<Catalogue> reshaped;
  private Optional<Fingerprint> shape = Optional.empty();
  private volatile OptionalLong retainedBytes = OptionalLong.empty();

  /**
   * @param reshaped told the tables when they have changed
   */
  PrimaryRounds(
      ReplicationSpec spec, Server primary, InstantSource clock, Consumer<Catalogue> reshaped) {
    this.reshaped = reshaped;
    this.spec = spec;
    this.primary = primary;
    this.clock = clock;
    this.sequences = new Sequences(spec.service());
  }

  /** Log that the server keeps for the slot, bytes; empty while the primary does not tell. */
  OptionalLong retainedBytes() {
    return retainedBytes;
  }

  /** Goes round until interrupted; a primary that does not answer is tried again. */
  void run() {
    boolean answering = true;
    while (!Thread.currentThread().isInterrupted()) {
      try (Connection connection = primary.control()) {
        connection.setAutoCommit(false);
        while (!Thread.currentThread().isInterrupted()) {
          sequences.note(connection, clock.millis());
          retainedBytes = new Slots(primary, spec.service()).retained(connection, spec.epoch());
          compare(connection);
          connection.commit();
          answering = true;
          pause();
        }
      } catch (SQLException e) {
        retainedBytes = OptionalLong.empty();
        if (answering) {
          LOG.warn(
              "rounds of {} on {}: answering -> failing cause={}",
              spec.service(),
              primary,
              SqlState.describe(e));
        }
        answering = false;
        pause();
      }
    }
  }

  private void compare(Connection connection) throws SQLException {
    Fingerprint now = Fingerprint.read(connection);
    if (shape.isPresent() && !shape.get().equals(now)) {
      LOG.info("{}: shape of the tables {} -> {}", spec.service(), shape.get(), now);
      reshaped.accept(Catalogue.read(connection));
    }
    shape = Optional.of(now);
  }

  private static void pause() {
    try {
      Thread.sleep(INTERVAL);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
