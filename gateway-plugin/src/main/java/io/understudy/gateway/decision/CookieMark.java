package io.understudy.gateway.decision;

import io.understudy.model.Bucket;
import org.jspecify.annotations.Nullable;

/** What the client's cookie says: {@code 0..9999}, {@code w}, {@code w<millis>} or nothing. */
sealed interface CookieMark {

  /** The client's bucket is settled. */
  record Settled(int bucket) implements CookieMark {}

  /** The client has written since its barrier was last set, if it ever was. */
  enum Wrote implements CookieMark {
    JUST_NOW
  }

  /** The client wrote before {@code barrierMillis}, milliseconds since 1970. */
  record WroteBefore(long barrierMillis) implements CookieMark {}

  /** No cookie, or one that is not ours. */
  enum Missing implements CookieMark {
    NONE
  }

  /**
   * Reads a cookie's value; a settled bucket costs no allocation. A write mark whose barrier cannot
   * be read still says that the client wrote, so it counts as {@code w}.
   */
  static CookieMark parse(@Nullable String cookie) {
    if (cookie == null || cookie.isEmpty()) {
      return Missing.NONE;
    }
    if (cookie.charAt(0) == 'w') {
      return writeMark(cookie);
    }
    return cookie.length() <= 4 && allDigits(cookie, 0)
        ? Buckets.SETTLED[Integer.parseInt(cookie)]
        : Missing.NONE;
  }

  private static CookieMark writeMark(String cookie) {
    // 15 digits reach the year 33658 and cannot overflow.
    boolean readable = cookie.length() > 1 && cookie.length() <= 16 && allDigits(cookie, 1);
    return readable
        ? new WroteBefore(Long.parseLong(cookie, 1, cookie.length(), 10))
        : Wrote.JUST_NOW;
  }

  private static boolean allDigits(String text, int from) {
    for (int i = from; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return false;
      }
    }
    return true;
  }

  /** One instance per bucket, made once. */
  final class Buckets {
    private static final Settled[] SETTLED = new Settled[Bucket.COUNT];

    static {
      for (int bucket = 0; bucket < SETTLED.length; bucket++) {
        SETTLED[bucket] = new Settled(bucket);
      }
    }

    private Buckets() {}
  }
}
