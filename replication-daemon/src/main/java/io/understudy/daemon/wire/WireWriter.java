package io.understudy.daemon.wire;

import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Names;
import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the fields of one packet, big-endian, into memory that grows up to a bound. */
final class WireWriter {
  private final int bytesMax;
  private ByteBuffer out;

  /**
   * Begins a packet.
   *
   * @param bytesExpected what it will probably need
   * @param bytesMax what it must not exceed
   */
  WireWriter(int bytesExpected, int bytesMax) {
    this.bytesMax = bytesMax;
    this.out = ByteBuffer.allocate(Math.min(bytesExpected, bytesMax));
  }

  WireWriter uint8(int value) {
    room(1).put((byte) value);
    return this;
  }

  WireWriter uint16(int value) {
    room(2).putShort((short) value);
    return this;
  }

  WireWriter int32(int value) {
    room(4).putInt(value);
    return this;
  }

  WireWriter int64(long value) {
    room(8).putLong(value);
    return this;
  }

  WireWriter position(Position position) {
    return int64(position.epoch()).int64(position.lsn().value());
  }

  WireWriter tip(Tip tip) {
    return position(tip.position()).int64(tip.chain());
  }

  WireWriter name(String what, String name) {
    byte[] bytes = Names.require(what, name).getBytes(StandardCharsets.US_ASCII);
    uint8(bytes.length);
    room(bytes.length).put(bytes);
    return this;
  }

  WireWriter content(byte[] content) {
    int32(content.length);
    room(content.length).put(content);
    return this;
  }

  byte[] written() {
    return out.position() == out.capacity()
        ? out.array()
        : Arrays.copyOf(out.array(), out.position());
  }

  private ByteBuffer room(int bytes) {
    long needed = (long) out.position() + bytes;
    if (needed > bytesMax) {
      throw new IllegalArgumentException("a message of more than " + bytesMax + " bytes");
    }
    if (needed > out.capacity()) {
      long next = Math.min(bytesMax, Math.max(needed, 2L * out.capacity()));
      out = ByteBuffer.allocate((int) next).put(out.flip());
    }
    return out;
  }
}
