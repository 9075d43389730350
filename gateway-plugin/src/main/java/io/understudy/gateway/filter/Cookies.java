package io.understudy.gateway.filter;

import org.jspecify.annotations.Nullable;

/** Finds one cookie in a {@code Cookie} header (RFC 6265, section 4.2.1). */
final class Cookies {
  private Cookies() {}

  /** Value of the first cookie of that name, without quotes; null if there is none. */
  static @Nullable String value(@Nullable String header, String name) {
    if (header == null) {
      return null;
    }
    int from = 0;
    while (from < header.length()) {
      int semicolon = header.indexOf(';', from);
      int end = semicolon < 0 ? header.length() : semicolon;
      int start = skipSpaces(header, from, end);
      int equals = start + name.length();
      if (equals < end && header.charAt(equals) == '=' && header.startsWith(name, start)) {
        return unquoted(header.substring(equals + 1, end).strip());
      }
      from = end + 1;
    }
    return null;
  }

  private static int skipSpaces(String text, int from, int end) {
    int at = from;
    while (at < end && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
    return at;
  }

  private static String unquoted(String value) {
    boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
    return quoted ? value.substring(1, value.length() - 1) : value;
  }
}
