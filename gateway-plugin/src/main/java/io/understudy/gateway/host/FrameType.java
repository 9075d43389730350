package io.understudy.gateway.host;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** First byte of a frame. */
enum FrameType {
  ERROR(0, "error"),
  PREPARE_CONF(1, "prepare-conf"),
  REQUEST(2, "request"),
  EXTRA_INFO(3, "extra-info"),
  RESPONSE(4, "response");

  /** Type byte, and length in three bytes, the highest first. */
  static final int HEADER_BYTES = 4;

  private static final List<FrameType> BY_CODE = List.of(values());

  private final int code;
  private final String label;

  FrameType(int code, String label) {
    this.code = code;
    this.label = label;
  }

  int code() {
    return code;
  }

  String label() {
    return label;
  }

  /** The type of a first byte, or null if the protocol has none of that number. */
  static @Nullable FrameType of(int code) {
    return code < BY_CODE.size() ? BY_CODE.get(code) : null;
  }
}
