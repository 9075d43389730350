package io.understudy.daemon.snapshot;

import java.util.Locale;

/** Hears how far a copy is, now and then; on any of its threads. */
@FunctionalInterface
public interface Progress {

  /**
   * How far it is.
   *
   * @param rows rows sent
   * @param bytes bytes sent
   * @param bytesExpected estimate of all bytes that will be sent; 0 while unknown
   * @param bytesPerSecond mean rate so far; 0 in the first second
   */
  record Sent(long rows, long bytes, long bytesExpected, long bytesPerSecond) {
    /** Nothing yet. */
    public static final Sent NONE = new Sent(0, 0, 0, 0);

    /** For people: megabytes, rate and time left as far as they are known. */
    public String describe() {
      String done = String.format(Locale.ROOT, "%d rows, %.1f MB", rows, bytes / 1e6);
      if (bytesPerSecond == 0 || bytesExpected <= bytes) {
        return done;
      }
      return String.format(
          Locale.ROOT,
          "%s of about %.1f MB, %.1f MB/s, about %d s left",
          done,
          bytesExpected / 1e6,
          bytesPerSecond / 1e6,
          (bytesExpected - bytes) / bytesPerSecond);
    }
  }

  void at(Sent sent);
}
