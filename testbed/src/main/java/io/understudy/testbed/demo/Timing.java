package io.understudy.testbed.demo;

import java.time.Duration;

/**
 * How long each phase lasts, or may last.
 *
 * @param ramp load that rises until it is full
 * @param warmUp full load until every process has compiled its hot code
 * @param healthy load without a fault
 * @param alarmMax longest wait from the fault to the alarm
 * @param shiftMax longest wait from the alarm to the share at which the primary is killed
 * @param takeOverMax longest wait from the kill to the first acknowledged write
 * @param after load on the new primary
 * @param leakMegabytesPerSecond how fast the memory leak of {@code degrade} grows
 */
record Timing(
    Duration ramp,
    Duration warmUp,
    Duration healthy,
    Duration alarmMax,
    Duration shiftMax,
    Duration takeOverMax,
    Duration after,
    double leakMegabytesPerSecond) {

  private static final Timing FULL =
      new Timing(
          Duration.ofSeconds(15),
          Duration.ofSeconds(10),
          Duration.ofSeconds(60),
          Duration.ofMinutes(3),
          Duration.ofMinutes(3),
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          1.5);
  private static final Timing FAST =
      new Timing(
          Duration.ofSeconds(12),
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofMinutes(2),
          Duration.ofMinutes(2),
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          3);

  static Timing of(boolean fast) {
    return fast ? FAST : FULL;
  }
}
