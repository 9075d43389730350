package io.understudy.daemon.wire;

import java.nio.charset.StandardCharsets;

/** Words of a peer or of its certificate, made harmless for the log: short, one line, ASCII. */
final class PlainText {
  static final int LENGTH_MAX = 300;

  private PlainText() {}

  static String of(String text) {
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < Math.min(text.length(), LENGTH_MAX); i++) {
      char c = text.charAt(i);
      plain.append(c >= ' ' && c <= '~' ? c : '?');
    }
    return plain.toString();
  }

  static String of(byte[] bytes) {
    return of(new String(bytes, StandardCharsets.ISO_8859_1));
  }
}
