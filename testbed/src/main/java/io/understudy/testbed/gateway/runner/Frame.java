package io.understudy.testbed.gateway.runner;

import io.vertx.core.buffer.Buffer;

/**
 * One message of the ext-plugin protocol: a byte of type, three bytes of length, a FlatBuffer.
 *
 * @param type see {@link Type}
 * @param body the FlatBuffer
 */
record Frame(int type, Buffer body) {
  static final int HEADER_BYTES = 4;
  static final int BODY_BYTES_MAX = (1 << 24) - 1;

  /** Types on the wire. */
  static final class Type {
    static final int ERROR = 0;
    static final int PREPARE_CONF = 1;
    static final int HTTP_REQ_CALL = 2;
    static final int EXTRA_INFO = 3;

    private Type() {}
  }

  static Frame of(int type, byte[] body) {
    if (body.length > BODY_BYTES_MAX) {
      throw new IllegalArgumentException(
          "a frame of " + body.length + " bytes is longer than " + BODY_BYTES_MAX);
    }
    return new Frame(type, Buffer.buffer(body));
  }

  Buffer encoded() {
    return Buffer.buffer(HEADER_BYTES + body.length())
        .appendUnsignedByte((short) type)
        .appendMedium(body.length())
        .appendBuffer(body);
  }
}
