package io.understudy.risk;

import io.understudy.risk.feature.Buckets;
import io.understudy.risk.feature.Metric;
import io.understudy.risk.feature.RecentRequests;
import io.understudy.risk.feature.Sample;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * A small JVM service as the demonstration runs it: 70 requests/s, a heap of 96 MB, two busy cores.
 *
 * <p>Written from what such a process looks like, in seconds and megabytes, and on purpose not with
 * the training simulator: a model must not be examined by its teacher.
 */
final class RecordedApplication {
  private static final double HEAP_MB = 96;
  private static final double OBJECTIVE_MS = 250;
  // A process that starts is slow for a moment: that is no breach that anybody has to foresee.
  private static final double COLD_SECONDS = 20;
  private static final double[] BOUNDS_MS = {
    5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, Double.POSITIVE_INFINITY
  };

  /** What grows. */
  enum Trouble {
    NONE,
    LEAK,
    SLOW,
    LOSS
  }

  private final RecentRequests recent = new RecentRequests();
  private final SplittableRandom random;
  private final double samplesPerSecond;
  private final Trouble trouble;
  private final double troubleAtSecond;
  private final double growSeconds;
  private final double plateauMb;
  private final double collectSeconds;
  private final double outliersPerSecond;
  private final double warmSeconds;
  private long tick;
  private double liveMb;
  private double sinceCollection;
  private double promotedMb;

  RecordedApplication(long seed, double samplesPerSecond, Trouble trouble, double growSeconds) {
    random = new SplittableRandom(seed);
    this.samplesPerSecond = samplesPerSecond;
    this.trouble = trouble;
    this.growSeconds = growSeconds;
    troubleAtSecond = 45 + random.nextDouble() * 40;
    plateauMb = 18 + random.nextDouble() * 22;
    collectSeconds = 0.4 + random.nextDouble() * 3;
    outliersPerSecond = 0.02 + random.nextDouble() * 0.08;
    warmSeconds = 4 + random.nextDouble() * 10;
    liveMb = plateauMb * 0.35;
  }

  /** Whether it counts what happens from here on: it is warm, and its trouble has begun. */
  boolean inTrouble() {
    return second() > (trouble == Trouble.NONE ? COLD_SECONDS : troubleAtSecond);
  }

  /** As the engine would have it with its default warm-up. */
  int trendSamples() {
    Duration interval = Duration.ofMillis((long) (1000 / samplesPerSecond));
    return new RiskEngine.Settings(interval, Duration.ofSeconds(15), 1).trendSamples();
  }

  double second() {
    return tick / samplesPerSecond;
  }

  Sample next() {
    double second = second();
    tick++;
    double grown =
        trouble == Trouble.NONE ? 0 : Math.max(0, (second - troubleAtSecond) / growSeconds);
    double cold = Math.exp(-second / warmSeconds);
    double leaked = trouble == Trouble.LEAK ? grown * (HEAP_MB - plateauMb) : 0;
    collect(cold, leaked);
    double full = Math.min(0.99, liveMb / HEAP_MB);
    double collector =
        Math.min(0.9, 0.004 / Math.max(0.02, 1 - full) + 4 * Math.max(0, full - 0.86))
            * (0.7 + 0.6 * random.nextDouble());
    Map<Metric, Double> seen = new EnumMap<>(Metric.class);
    serve(grown, cold, collector, seen);
    seen.put(Metric.HEAP, full);
    seen.put(Metric.GC_SHARE, collector);
    seen.put(Metric.CPU, 0.35 + 1.2 * cold + collector + 0.15 * Math.abs(random.nextGaussian()));
    seen.put(Metric.LOSS, 0.0);
    double stall = random.nextDouble() < 0.02 ? 40 * random.nextDouble() : 0;
    seen.put(Metric.CONNECT_TIME, 0.3 * Math.exp(0.5 * random.nextGaussian()) + stall);
    seen.put(Metric.JITTER, 0.1 * Math.exp(0.5 * random.nextGaussian()) + stall / 16);
    return Sample.of(seen);
  }

  private void collect(double cold, double leaked) {
    sinceCollection += 1 / samplesPerSecond;
    if (sinceCollection < collectSeconds * (1 + 2 * cold)) {
      return;
    }
    sinceCollection = 0;
    promotedMb = promotedMb > 6 ? 0 : promotedMb + 0.15 * random.nextDouble();
    double live = plateauMb * (1 - 0.65 * cold) + promotedMb + leaked;
    liveMb = Math.min(HEAP_MB * 0.985, live + 1.2 * Math.abs(random.nextGaussian()));
  }

  private void serve(double grown, double cold, double collector, Map<Metric, Double> seen) {
    int requests = (int) Math.max(0, 70 / samplesPerSecond * (1 + 0.12 * random.nextGaussian()));
    double slow = trouble == Trouble.SLOW ? 260 * grown : 0;
    double failing = trouble == Trouble.LOSS ? Math.min(0.5, 0.15 * grown) : 0;
    double outlier = random.nextDouble() < outliersPerSecond / samplesPerSecond ? 1 : 0;
    double[] counts = new double[BOUNDS_MS.length];
    double sum = 0;
    int failed = 0;
    for (int i = 0; i < requests; i++) {
      boolean write = random.nextDouble() < 0.3;
      double ms = (write ? 22 : 4) * Math.exp(0.5 * random.nextGaussian());
      ms = ms * (1 + 6 * cold) / (1 - collector) + slow * (0.6 + 0.4 * random.nextDouble());
      ms += random.nextDouble() < collector ? 300 * collector : 0;
      ms += i == 0 ? outlier * (80 + 600 * random.nextDouble()) : 0;
      sum += ms;
      failed += random.nextDouble() < failing ? 1 : 0;
      double latency = ms;
      counts[(int) Arrays.stream(BOUNDS_MS).filter(bound -> bound < latency).count()]++;
    }
    recent.add(BOUNDS_MS, counts, requests, failed);
    seen.put(Metric.LATENCY_MEAN, sum / requests / OBJECTIVE_MS);
    seen.put(Metric.LATENCY_P50, Buckets.quantile(BOUNDS_MS, counts, 0.5) / OBJECTIVE_MS);
    seen.put(Metric.LATENCY_P99, recent.latency99() / OBJECTIVE_MS);
    seen.put(Metric.ERROR_RATIO, recent.errorRatio() / 0.01);
    seen.put(Metric.REQUEST_RATE, requests * samplesPerSecond);
    double inflight = sum / 1000 * samplesPerSecond;
    seen.put(Metric.INFLIGHT, Math.floor(inflight + random.nextDouble()));
    seen.put(Metric.CONNECTIONS, Math.min(1, Math.floor(inflight * random.nextDouble() * 2) / 16));
  }
}
