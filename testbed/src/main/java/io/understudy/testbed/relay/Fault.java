package io.understudy.testbed.relay;

import java.time.Duration;

/** How the network between two programs misbehaves. */
public sealed interface Fault {
  /** Which way bytes go. */
  enum Direction {
    /** From whoever connected. */
    TO_TARGET,
    FROM_TARGET
  }

  /** Everything passes. */
  record None() implements Fault {}

  /** Every byte arrives this much later, each way; 0 to 1 minute. */
  record Delay(Duration latency) implements Fault {
    public Delay {
      if (latency.isNegative() || latency.compareTo(Duration.ofMinutes(1)) > 0) {
        throw new IllegalArgumentException("latency " + latency + " is not within 0..1 minute");
      }
    }
  }

  /** At most this many bytes a second pass, on each connection and each way; from 1. */
  record Rate(long bytesPerSecond) implements Fault {
    public Rate {
      if (bytesPerSecond < 1) {
        throw new IllegalArgumentException("rate " + bytesPerSecond + " is below 1");
      }
    }
  }

  /** Connections are accepted, and nothing passes; what was sent arrives when it is over. */
  record Stall() implements Fault {}

  /** Bytes of one direction vanish. Connections that lost some are reset when it is over. */
  record Drop(Direction direction) implements Fault {}

  /** Open connections are reset now (RST), and new ones at once. */
  record Reset() implements Fault {}

  /**
   * The target's side of open connections is closed and whoever connected does not hear of it; new
   * ones are accepted and lead nowhere. Those are reset when it is over.
   */
  record HalfOpen() implements Fault {}

  /** Open connections are reset, and nobody listens. */
  record Refuse() implements Fault {}
}
