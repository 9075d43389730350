package io.understudy.gateway.host;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Text inside a FlatBuffer, compared in place and decoded only when it is wanted. */
final class FlatText {
  private FlatText() {}

  /** Whether the buffer's remaining bytes spell the ASCII text. */
  static boolean spells(ByteBuffer bytes, String ascii) {
    int length = ascii.length();
    if (bytes.remaining() != length) {
      return false;
    }
    int start = bytes.position();
    for (int i = 0; i < length; i++) {
      if (bytes.get(start + i) != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** The remaining bytes as text; malformed UTF-8 becomes U+FFFD, because clients send anything. */
  static String decode(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return new String(copy, StandardCharsets.UTF_8);
  }
}
