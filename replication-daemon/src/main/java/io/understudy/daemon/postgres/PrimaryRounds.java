package io.understudy.daemon.postgres;

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
public final class PrimaryRounds {
  private static final Logger LOG = LoggerFactory.getLogger(PrimaryRounds.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);

  private final Primary primary;
  private final InstantSource clock;
  private final Sequences sequences;
  private final Consumer<Catalogue> reshaped;
  private Optional<Fingerprint> shape = Optional.empty();
  private volatile OptionalLong retainedBytes = OptionalLong.empty();

  /**
   * @param reshaped told the tables when they have changed
   */
  public PrimaryRounds(Primary primary, InstantSource clock, Consumer<Catalogue> reshaped) {
    this.reshaped = reshaped;
    this.primary = primary;
    this.clock = clock;
    this.sequences = new Sequences(primary.service());
  }

  /** Log that the server keeps for the slot, bytes; empty while the primary does not tell. */
  public OptionalLong retainedBytes() {
    return retainedBytes;
  }

  /**
   * Goes round until interrupted; a primary that does not answer is tried again. Blocks: for a
   * virtual thread, whose interrupt ends a statement under way.
   */
  public void run() {
    Slots slots = new Slots(primary.server(), primary.service());
    boolean answering = true;
    while (!Thread.currentThread().isInterrupted()) {
      try (Connection connection = primary.server().control()) {
        connection.setAutoCommit(false);
        while (!Thread.currentThread().isInterrupted()) {
          sequences.note(connection, clock.millis());
          retainedBytes = slots.retained(connection, primary.epoch());
          compare(connection);
          connection.commit();
          answering = true;
          pause();
        }
      } catch (SQLException e) {
        retainedBytes = OptionalLong.empty();
        if (answering && !Thread.currentThread().isInterrupted()) {
          LOG.warn(
              "rounds of {} on {}: answering -> failing cause={}",
              primary.service(),
              primary.server(),
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
      LOG.info("{}: shape of the tables {} -> {}", primary.service(), shape.get(), now);
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
