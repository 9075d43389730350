package io.understudy.gateway.host;

import static java.util.Objects.requireNonNull;

import io.prometheus.client.Counter;
import io.understudy.gateway.metrics.GatewayMetrics;
import java.util.EnumMap;
import java.util.Map;

/** The host's counters, looked up once. */
final class FrameCounts {
  private final GatewayMetrics metrics;
  private final Map<FrameType, Counter.Child> frames = new EnumMap<>(FrameType.class);
  private final Map<ErrorCode, Counter.Child> errors = new EnumMap<>(ErrorCode.class);

  FrameCounts(GatewayMetrics metrics) {
    this.metrics = metrics;
    for (FrameType type : FrameType.values()) {
      frames.put(type, metrics.frames(type.label()));
    }
    for (ErrorCode code : ErrorCode.values()) {
      errors.put(code, metrics.errors(code.label()));
    }
  }

  void frame(FrameType type) {
    requireNonNull(frames.get(type)).inc();
  }

  void error(ErrorCode code) {
    requireNonNull(errors.get(code)).inc();
  }

  void answered(long nanos) {
    metrics.answered(nanos);
  }

  void connected(int change) {
    metrics.connected(change);
  }
}
