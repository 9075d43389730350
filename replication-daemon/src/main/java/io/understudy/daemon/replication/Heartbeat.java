package io.understudy.daemon.replication;

import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.SqlState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the daemon's clock into a replicated row of the primary. The reading is taken before the
 * statement: whoever sees the row has every commit that was acknowledged before the reading.
 */
final class Heartbeat {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final String WRITE =
      "INSERT INTO understudy.heartbeat (service, epoch, reading) VALUES (?, ?, ?)"
          + " ON CONFLICT (service) DO UPDATE SET epoch = excluded.epoch, reading ="
          + " excluded.reading";

  private final ReplicationSpec spec;
  private final Server primary;
  private final InstantSource clock;

  Heartbeat(ReplicationSpec spec, Server primary, InstantSource clock) {
    this.spec = spec;
    this.primary = primary;
    this.clock = clock;
  }

  /** Writes until interrupted; a primary that does not answer is tried again. */
  void run() {
    boolean writing = true;
    while (!Thread.currentThread().isInterrupted()) {
      try (Connection connection = primary.control();
          PreparedStatement statement = connection.prepareStatement(WRITE)) {
        LOG.info("heartbeat of {} on {}: writing", spec.service(), primary);
        writing = true;
        beat(statement);
      } catch (SQLException e) {
        if (writing) {
          LOG.warn(
              "heartbeat of {}: writing -> failing cause={}", spec.service(), SqlState.describe(e));
        }
        writing = false;
        pause(spec.limits().heartbeat().multipliedBy(2));
      }
    }
  }

  private void beat(PreparedStatement statement) throws SQLException {
    while (!Thread.currentThread().isInterrupted()) {
      statement.setString(1, spec.service());
      statement.setLong(2, spec.epoch());
      statement.setLong(3, clock.millis());
      statement.executeUpdate();
      pause(spec.limits().heartbeat());
    }
  }

  private static void pause(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
