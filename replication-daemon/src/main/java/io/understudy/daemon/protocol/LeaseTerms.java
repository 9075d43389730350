package io.understudy.daemon.protocol;

import java.time.Duration;

/**
 * How long a voter keeps its word not to promise, and what a source makes of it. All daemons of a
 * service have the same terms. No clock is compared with another machine's: a source counts from
 * before it asked, a voter from after it was asked, each by its own monotonic clock.
 *
 * @param term for which a voter promises nothing after it granted a lease, by its clock
 * @param closing within which a database that was told to close takes no write any more
 * @param clockErrorPermille by how much two machines' clocks may differ in rate, per 1000: while
 *     one counts t, no other counts less than {@code t * (1 - error)}
 */
public record LeaseTerms(Duration term, Duration closing, int clockErrorPermille) {
  /** Quartz is wrong by 0.1 permille; virtual machines by more. */
  public static final LeaseTerms DEFAULT =
      new LeaseTerms(Duration.ofSeconds(6), Duration.ofSeconds(2), 5);

  private static final long ROUNDING_MILLIS = 2; // both sides count whole milliseconds

  public LeaseTerms {
    if (clockErrorPermille < 0 || clockErrorPermille > 500) {
      throw new IllegalArgumentException("clock error " + clockErrorPermille + " is not 0..500");
    }
    long open = shortened(term.toMillis(), clockErrorPermille) - closing.toMillis();
    if (closing.isNegative() || open <= ROUNDING_MILLIS) {
      throw new IllegalArgumentException(
          "within a lease of " + term + " a database cannot close in " + closing);
    }
  }

  /** Until when a database may be open by a lease that was asked for then, by the same clock. */
  public long openUntil(long askedMillis) {
    return askedMillis
        + shorten(term.toMillis() - ROUNDING_MILLIS)
        - closing.toMillis() * (1000 + clockErrorPermille) / 1000;
  }

  /** How long another machine may count while this one counts {@code millis}, and be sure. */
  public long shorten(long millis) {
    return shortened(millis, clockErrorPermille);
  }

  private static long shortened(long millis, int errorPermille) {
    return millis * (1000 - errorPermille) / 1000;
  }
}
