package io.understudy.daemon.wire;

import java.nio.ByteBuffer;

/**
 * The first packet each way: who speaks to whom, and in which versions. Its beginning is the same
 * in every version, and what follows {@code to} is left for later ones and ignored.
 */
record Hello(WireVersions versions, String from, String to) {
  /** More than a hello or a goodbye needs; all that is read before a peer is known. */
  static final int BYTES_MAX = 1 << 10;

  private static final long MAGIC = 0x554e44525749_5245L; // UNDRWIRE

  byte[] encode() {
    return new WireWriter(128, BYTES_MAX)
        .uint8(PacketKind.HELLO)
        .int64(MAGIC)
        .uint16(versions.oldest())
        .uint16(versions.newest())
        .name("from", from)
        .name("to", to)
        .written();
  }

  /** Reads a hello from behind its kind. */
  static Hello decode(ByteBuffer body) throws WireException {
    WireReader in = new WireReader(body);
    if (in.int64() != MAGIC) {
      throw new WireException("what speaks there is not a daemon of Understudy");
    }
    int oldest = in.uint16();
    int newest = in.uint16();
    if (oldest < 1 || newest < oldest) {
      throw new WireException("versions " + oldest + ".." + newest + " in a hello");
    }
    return new Hello(new WireVersions(oldest, newest), in.name("from"), in.name("to"));
  }
}
