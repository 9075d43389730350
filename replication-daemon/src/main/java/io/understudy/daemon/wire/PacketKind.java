package io.understudy.daemon.wire;

/** First byte of a packet's body. The first three mean the same in every version. */
final class PacketKind {
  static final int HELLO = 1;

  /** Says in words why the connection ends. */
  static final int GOODBYE = 2;

  static final int HEARTBEAT = 3;

  static final int JOIN = 16;
  static final int BATCH = 17;
  static final int USE_SNAPSHOT = 18;
  static final int FETCH = 19;
  static final int ASK_PROMISE = 20;
  static final int LEAD = 21;
  static final int ASK_LEASE = 22;
  static final int JOINED = 32;
  static final int ACK = 33;
  static final int RESEND = 34;
  static final int STALE = 35;
  static final int JOIN_FIRST = 36;
  static final int FETCHED = 37;
  static final int LEASE = 38;
  static final int PROMISED = 48;
  static final int REFUSED = 49;
  static final int OPENED = 50;
  static final int ASK_TIP = 64;
  static final int TIP_AT = 65;

  private PacketKind() {}
}
