package io.understudy.risk.feature;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The requests of the last few samples, pooled: of 17 requests the slowest is the 99th percentile,
 * and one failure is six per cent of them. As many samples as make 1,000 requests, at most 20.
 */
public final class RecentRequests {
  static final int REQUESTS_ENOUGH = 1000;
  static final int SAMPLES_MAX = 20;

  private final Deque<Interval> recent = new ArrayDeque<>();
  private double requests;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Interval(double[] bounds, double[] counts, double requests, double failed) {}

  /**
   * Takes what one sample counted.
   *
   * @param bounds upper bounds of the latency buckets, rising
   * @param counts requests per bucket, not cumulative
   * @param requests all of them
   * @param failed those that failed
   */
  public void add(double[] bounds, double[] counts, double requests, double failed) {
    if (!recent.isEmpty() && !Arrays.equals(recent.getLast().bounds(), bounds)) {
      clear(); // other buckets cannot be added up with these
    }
    recent.addLast(new Interval(bounds, counts, requests, failed));
    this.requests += requests;
    while (recent.size() > SAMPLES_MAX
        || this.requests - recent.getFirst().requests() >= REQUESTS_ENOUGH) {
      this.requests -= recent.removeFirst().requests();
    }
  }

  /** Forgets everything: the process began anew. */
  public void clear() {
    recent.clear();
    requests = 0;
  }

  /** Latency below which 99 % of them were answered; NaN if there were none. */
  public double latency99() {
    if (recent.isEmpty()) {
      return Double.NaN;
    }
    double[] bounds = recent.getLast().bounds();
    double[] counts = new double[bounds.length];
    for (Interval interval : recent) {
      for (int i = 0; i < counts.length; i++) {
        counts[i] += interval.counts()[i];
      }
    }
    return Buckets.quantile(bounds, counts, 0.99);
  }

  /** Part of them that failed; 0 if there were none: who is asked nothing fails nobody. */
  public double errorRatio() {
    double failed = recent.stream().mapToDouble(Interval::failed).sum();
    return requests > 0 ? failed / requests : 0;
  }
}
