package io.understudy.testbed.load;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** One person's cookies for one host, kept and sent as a browser would (RFC 6265, path "/"). */
final class CookieJar {
  private final Map<String, String> cookies = new TreeMap<>();

  /** Takes one {@code Set-Cookie} header; a lifetime that is over removes the cookie. */
  void accept(String setCookie) {
    String[] parts = setCookie.split(";");
    int equals = parts[0].indexOf('=');
    if (equals < 1) {
      return; // RFC 6265, 5.2: a cookie without a name is ignored.
    }
    String name = parts[0].substring(0, equals).strip();
    if (expired(parts)) {
      cookies.remove(name);
    } else {
      cookies.put(name, parts[0].substring(equals + 1).strip());
    }
  }

  boolean isEmpty() {
    return cookies.isEmpty();
  }

  /** The value of the {@code Cookie} header. */
  String header() {
    return cookies.entrySet().stream()
        .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
        .collect(Collectors.joining("; "));
  }

  private static boolean expired(String[] parts) {
    for (int i = 1; i < parts.length; i++) {
      String attribute = parts[i].strip().toLowerCase(Locale.ROOT);
      if (attribute.equals("max-age=0") || attribute.startsWith("max-age=-")) {
        return true;
      }
    }
    return false;
  }
}
