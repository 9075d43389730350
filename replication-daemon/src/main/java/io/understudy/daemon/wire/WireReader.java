package io.understudy.daemon.wire;

import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Lsn;
import io.understudy.model.Names;
import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the fields of one packet. No length or count is believed before it is compared with the
 * bytes that are really there, so nothing is ever allocated beyond the size of the packet.
 */
final class WireReader {
  private static final int NAME_BYTES_MAX = 40;

  private final ByteBuffer in;

  WireReader(ByteBuffer in) {
    this.in = in;
  }

  int uint8() throws WireException {
    return Byte.toUnsignedInt(need(1).get());
  }

  int uint16() throws WireException {
    return Short.toUnsignedInt(need(2).getShort());
  }

  long int64() throws WireException {
    return need(8).getLong();
  }

  /** A fencing number, or a count of writes: 0 or more. */
  long ordinal(String what) throws WireException {
    long value = int64();
    if (value < 0) {
      throw new WireException(what + " is negative");
    }
    return value;
  }

  boolean flag() throws WireException {
    int value = uint8();
    if (value > 1) {
      throw new WireException("a flag is " + value + ", not 0 or 1");
    }
    return value == 1;
  }

  Position position() throws WireException {
    return new Position(ordinal("the epoch of a position"), new Lsn(int64()));
  }

  Tip tip() throws WireException {
    return new Tip(position(), int64());
  }

  String name(String what) throws WireException {
    int length = uint8();
    if (length > NAME_BYTES_MAX) {
      throw new WireException(what + " has " + length + " bytes, more than " + NAME_BYTES_MAX);
    }
    byte[] bytes = new byte[length];
    need(length).get(bytes);
    try {
      return Names.require(what, new String(bytes, StandardCharsets.US_ASCII));
    } catch (IllegalArgumentException e) {
      // Its message quotes what came.
      throw new WireException(what + " is not a name", e);
    }
  }

  /**
   * How many items follow.
   *
   * @param max the format's bound
   * @param bytesEach the least that one of them takes
   */
  int count(String what, int max, int bytesEach) throws WireException {
    long count = Integer.toUnsignedLong(need(4).getInt());
    if (count > max || count * bytesEach > in.remaining()) {
      throw new WireException(
          count
              + " "
              + what
              + " are more than "
              + max
              + " or than "
              + in.remaining()
              + " bytes hold");
    }
    return (int) count;
  }

  byte[] content() throws WireException {
    byte[] content = new byte[count("bytes of content", Integer.MAX_VALUE, 1)];
    in.get(content);
    return content;
  }

  void end() throws WireException {
    if (in.hasRemaining()) {
      throw new WireException(in.remaining() + " bytes are left over after a whole message");
    }
  }

  private ByteBuffer need(int bytes) throws WireException {
    if (in.remaining() < bytes) {
      throw new WireException(
          "the packet ends at byte " + in.limit() + " in the middle of a field");
    }
    return in;
  }
}
