package io.understudy.daemon.snapshot;

/**
 * What servers and network were seen to do.
 *
 * @param copyBytesPerSecond rows that a full copy sends, bytes per second
 * @param hashRowsPerSecond rows that both servers hash, rows per second
 */
public record Rates(double copyBytesPerSecond, double hashRowsPerSecond) {
  /** Before anything was measured: a modest server. */
  public static final Rates UNKNOWN = new Rates(20e6, 300e3);

  public Rates {
    if (!(copyBytesPerSecond > 0) || !(hashRowsPerSecond > 0)) {
      throw new IllegalArgumentException(
          "rates must be positive: " + copyBytesPerSecond + ", " + hashRowsPerSecond);
    }
  }
}
