package io.understudy.risk.source;

/** Interarrival jitter of RFC 3550, section 6.4.1, over connect times. */
final class Jitter {
  private static final double GAIN = 1 / 16.0;

  private double last = Double.NaN;
  private double jitter;

  /** Takes the next connect time; jitter so far, in the same unit, NaN before the second. */
  double next(double connectTime) {
    if (!Double.isNaN(last)) {
      jitter += (Math.abs(connectTime - last) - jitter) * GAIN;
    }
    boolean first = Double.isNaN(last);
    last = connectTime;
    return first ? Double.NaN : jitter;
  }
}
