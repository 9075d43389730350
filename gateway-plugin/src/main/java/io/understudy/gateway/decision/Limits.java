package io.understudy.gateway.decision;

/**
 * How far the plugin trusts what it knows.
 *
 * @param scoreAgeMillis age from which on a risk score is unknown
 * @param clockErrorMillis how far the gateway's clock may be behind the daemon's
 */
public record Limits(long scoreAgeMillis, long clockErrorMillis) {
  public static final Limits DEFAULT = new Limits(15_000, 50);

  public Limits {
    if (scoreAgeMillis <= 0 || clockErrorMillis < 0) {
      throw new IllegalArgumentException(
          "score age " + scoreAgeMillis + " ms, clock error " + clockErrorMillis + " ms");
    }
  }
}
