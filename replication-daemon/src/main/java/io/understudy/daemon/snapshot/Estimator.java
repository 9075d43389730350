package io.understudy.daemon.snapshot;

import java.time.Duration;
import java.util.Locale;

/**
 * Says what a full and a differential copy will cost, and picks one.
 *
 * <p>The rule: without an old copy, full. While the primary is at risk or time is short, the one
 * that is done inside the window; if both or neither are, the differential one, unless it takes
 * more than twice as long, because it leaves the old copy to readers and to a promotion until the
 * end. Otherwise the one that takes less time.
 */
public final class Estimator {
  /** Score from which on it counts that the old copy stays usable meanwhile. */
  private static final double RISKY = 0.3;

  private static final double PATIENCE = 2;

  /** A digest, or a row in a list: what crosses a connection for it, bytes, from measurement. */
  private static final int DIGEST_BYTES = 12;

  private static final int LISTED_ROW_BYTES = 26;
  private static final int SIDES = 2;

  private Estimator() {}

  /** The two ways. */
  public enum Kind {
    FULL,
    DIFFERENTIAL
  }

  /**
   * What a copy will cost.
   *
   * @param bytes hashes that both servers send, and rows, as {@link Report#bytes} counts them
   */
  public record Cost(long bytes, Duration time) {
    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%d bytes in %.1f s", bytes, time.toMillis() / 1e3);
    }
  }

  /**
   * The way to go.
   *
   * @param reason why, for people
   */
  public record Choice(Kind kind, Cost full, Cost differential, String reason) {
    @Override
    public String toString() {
      return kind
          + " because "
          + reason
          + " (full: "
          + full
          + "; differential: "
          + differential
          + ")";
    }
  }

  /** Picks. */
  public static Choice choose(OldCopy old, Rates rates, Urgency urgency) {
    Cost full = full(old, rates);
    Cost differential = differential(old, rates);
    if (old.rowsThere() == 0) {
      return new Choice(Kind.FULL, full, differential, "the shadow holds nothing");
    }
    boolean presses = urgency.window().isPresent() || urgency.risk().orElse(0) >= RISKY;
    Choice choice =
        presses
            ? underPressure(full, differential, urgency)
            : faster(full, differential, "it takes less time");
    return choice;
  }

  private static Choice underPressure(Cost full, Cost differential, Urgency urgency) {
    Duration window = urgency.window().orElse(Duration.ofDays(1));
    boolean fullFits = full.time().compareTo(window) <= 0;
    boolean differentialFits = differential.time().compareTo(window) <= 0;
    if (fullFits != differentialFits) {
      return new Choice(
          fullFits ? Kind.FULL : Kind.DIFFERENTIAL,
          full,
          differential,
          "only this is done within " + window.toSeconds() + " s");
    }
    String late = fullFits ? "" : "neither is done within " + window.toSeconds() + " s, and ";
    if (differential.time().toMillis() <= PATIENCE * full.time().toMillis()) {
      return new Choice(
          Kind.DIFFERENTIAL,
          full,
          differential,
          late + "the old copy stays usable while the primary is at risk");
    }
    return faster(full, differential, late + "the other takes more than twice as long");
  }

  private static Choice faster(Cost full, Cost differential, String reason) {
    boolean fullWins = full.time().compareTo(differential.time()) < 0;
    return new Choice(fullWins ? Kind.FULL : Kind.DIFFERENTIAL, full, differential, reason);
  }

  private static Cost full(OldCopy old, Rates rates) {
    return new Cost(old.bytes(), seconds(old.bytes() / rates.copyBytesPerSecond()));
  }

  private static Cost differential(OldCopy old, Rates rates) {
    double rows = Math.max(old.rows(), old.rowsThere());
    double lanes = Math.clamp(rows / LaneSql.LANE_ROWS, 1, LaneSql.LANES_MAX);
    double touched = 1 - Math.pow(1 - old.changedFraction(), Math.max(1, rows / lanes));
    double hashBytes = SIDES * (lanes * DIGEST_BYTES + rows * touched * LISTED_ROW_BYTES);
    double changedBytes = old.bytes() * old.changedFraction();
    double time =
        rows * (1 + touched) / rates.hashRowsPerSecond()
            + changedBytes / rates.copyBytesPerSecond();
    return new Cost((long) (hashBytes + changedBytes), seconds(time));
  }

  private static Duration seconds(double seconds) {
    return Duration.ofMillis(Math.round(seconds * 1_000));
  }
}
