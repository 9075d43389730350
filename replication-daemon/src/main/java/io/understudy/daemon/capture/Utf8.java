package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;

/** Says whether bytes are valid UTF-8, without making a text of them if they are ASCII. */
final class Utf8 {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
  private static final long NOT_ASCII = 0x8080808080808080L;
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  static boolean isValid(byte[] bytes, int from, int to) {
    if (isAscii(bytes, from, to)) {
      return true;
    }
    // The String's own decoder is the fastest; what it could not read it has replaced.
    if (new String(bytes, from, to - from, UTF_8).indexOf(REPLACEMENT) < 0) {
      return true;
    }
    try {
      UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, to - from));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean isAscii(byte[] bytes, int from, int to) {
    int at = from;
    for (; at + Long.BYTES <= to; at += Long.BYTES) {
      if (((long) LONG.get(bytes, at) & NOT_ASCII) != 0) {
        return false;
      }
    }
    for (; at < to; at++) {
      if (bytes[at] < 0) {
        return false;
      }
    }
    return true;
  }
}
