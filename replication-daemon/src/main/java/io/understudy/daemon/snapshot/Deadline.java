package io.understudy.daemon.snapshot;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Until when a snapshot may be held. A snapshot keeps its server from cleaning up, so it may not
 * last for ever.
 */
final class Deadline {
  private final InstantSource clock;
  private final Duration max;
  private final Instant end;

  private Deadline(InstantSource clock, Duration max) {
    this.clock = clock;
    this.max = max;
    this.end = clock.instant().plus(max);
  }

  static Deadline in(Duration max, InstantSource clock) {
    return new Deadline(clock, max);
  }

  /**
   * Time that is left, at least 1 ms.
   *
   * @throws SQLException if there is none, see {@link #passed}
   */
  long leftMillis() throws SQLException {
    long left = Duration.between(clock.instant(), end).toMillis();
    if (left <= 0) {
      throw passed();
    }
    return left;
  }

  boolean isPassed() {
    return !clock.instant().isBefore(end);
  }

  /** Its SQLSTATE is not one that is tried again: the next attempt would take as long. */
  SQLException passed() {
    return new SQLException(
        "the snapshot was held for more than snapshotMax ("
            + max
            + ") and was given up; raise it, or reseed at a calmer hour",
        "54000");
  }
}
