package io.understudy.gateway.host;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Text inside a FlatBuffer. */
final class FlatText {
  private FlatText() {}

  /** The remaining bytes as text; malformed UTF-8 becomes U+FFFD, because clients send anything. */
  static String decode(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return new String(copy, StandardCharsets.UTF_8);
  }
}
