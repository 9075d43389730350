package io.understudy.daemon.postgres;

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
public final class Heartbeat {
  private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);
  private static final String WRITE =
      "INSERT INTO understudy.heartbeat (service, epoch, reading) VALUES (?, ?, ?)"
          + " ON CONFLICT (service) DO UPDATE SET epoch = excluded.epoch, reading ="
          + " excluded.reading";

  private final Primary primary;
  private final InstantSource clock;
  private final Duration interval;

  /**
   * @param interval between two rows
   */
  public Heartbeat(Primary primary, InstantSource clock, Duration interval) {
    this.primary = primary;
    this.clock = clock;
    this.interval = interval;
  }

  /**
   * Writes until interrupted; a primary that does not answer is tried again. The rows wait for no
   * standby. Blocks: for a virtual thread, whose interrupt ends a statement under way.
   */
  public void run() {
    boolean writing = true;
    while (!Thread.currentThread().isInterrupted()) {
      try (Connection connection = primary.server().control();
          PreparedStatement statement = connection.prepareStatement(WRITE)) {
        LOG.info("heartbeat of {} on {}: writing", primary.service(), primary.server());
        writing = true;
        beat(statement);
      } catch (SQLException e) {
        if (writing && !Thread.currentThread().isInterrupted()) {
          LOG.warn(
              "heartbeat of {}: writing -> failing cause={}",
              primary.service(),
              SqlState.describe(e));
        }
        writing = false;
        pause(interval.multipliedBy(2));
      }
    }
  }

  private void beat(PreparedStatement statement) throws SQLException {
    while (!Thread.currentThread().isInterrupted()) {
      statement.setString(1, primary.service());
      statement.setLong(2, primary.epoch());
      statement.setLong(3, clock.millis());
      statement.executeUpdate();
      pause(interval);
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
