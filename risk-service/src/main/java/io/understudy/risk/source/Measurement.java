package io.understudy.risk.source;

import io.understudy.model.config.Topology.Slo;
import io.understudy.risk.feature.Buckets;
import io.understudy.risk.feature.Metric;
import io.understudy.risk.feature.RecentRequests;
import io.understudy.risk.source.Exposition.Series;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Turns the scrapes of one endpoint into what happened between them, as parts of its objective;
 * owned by one thread.
 */
public final class Measurement {
  private final MetricNames names;
  private final Slo slo;
  private final CounterMemory counters = new CounterMemory();
  private final RecentRequests recent = new RecentRequests();
  private long lastNanos;
  private boolean known;
  private boolean restarted;

  public Measurement(MetricNames names, Slo slo) {
    this.names = names;
    this.slo = slo;
  }

  /** Whether the last scrape showed that the process began anew. */
  public boolean restarted() {
    return restarted;
  }

  /** What one scrape added, while it is added up. */
  private static final class Interval {
    final TreeMap<Double, Double> cumulative = new TreeMap<>();
    boolean silent = true; // no series of the histogram: there is none before the first request
    double requests = Double.NaN;
    double seconds = Double.NaN;
    double failed;
    double cpu = Double.NaN;
    double collector = Double.NaN;
    double heapLive = Double.NaN;
    double heapMax = Double.NaN;
    double active = Double.NaN;
    double pool = Double.NaN;
    double inflight = Double.NaN;

    double[] bounds() {
      return cumulative.keySet().stream().mapToDouble(Double::doubleValue).toArray();
    }

    double[] counts() {
      double[] counts = new double[cumulative.size()];
      double below = 0;
      int i = 0;
      for (double upTo : cumulative.values()) {
        counts[i++] = Math.max(0, upTo - below);
        below = Math.max(below, upTo);
      }
      return counts;
    }
  }

  /**
   * Takes the next scrape.
   *
   * @param scraped what was answered
   * @param nanos monotonic clock when the answer arrived, nanoseconds
   * @return what was measured; what could not be is absent or NaN
   */
  public Map<Metric, Double> accept(Exposition scraped, long nanos) {
    Interval interval = new Interval();
    for (Series series : scraped.series()) {
      take(series, interval);
    }
    restarted = counters.scrapeEnded();
    if (known && interval.silent) {
      interval.requests = 0;
    }
    double elapsed = known ? (nanos - lastNanos) / 1e9 : Double.NaN;
    lastNanos = nanos;
    known = true;
    return measured(interval, elapsed > 0 ? elapsed : Double.NaN);
  }

  private void take(Series series, Interval interval) {
    String name = series.name();
    if (name.startsWith(names.latency())) {
      takeLatency(name.substring(names.latency().length()), series, interval);
    } else if (name.equals(names.cpu())) {
      interval.cpu = plus(interval.cpu, counters.gained(series));
    } else if (name.equals(names.collector())) {
      interval.collector = plus(interval.collector, counters.gained(series));
    } else if (name.equals(names.heapLive())) {
      interval.heapLive = plus(interval.heapLive, series.value());
    } else if (name.equals(names.heapMax())) {
      interval.heapMax = plus(interval.heapMax, series.value());
    } else if (name.equals(names.connectionsActive())) {
      interval.active = plus(interval.active, series.value());
    } else if (name.equals(names.connectionsMax())) {
      interval.pool = plus(interval.pool, series.value());
    } else if (name.equals(names.inflight())) {
      interval.inflight = plus(interval.inflight, series.value());
    }
  }

  private void takeLatency(String suffix, Series series, Interval interval) {
    interval.silent = false;
    switch (suffix) {
      case "_bucket" -> takeBucket(series, interval);
      case "_sum" -> interval.seconds = plus(interval.seconds, counters.gained(series));
      case "_count" -> {
        double gained = counters.gained(series);
        interval.requests = plus(interval.requests, gained);
        boolean error = names.errorOutcome().equals(series.labels().get(names.outcomeLabel()));
        interval.failed += error && gained > 0 ? gained : 0;
      }
      default -> {
        // Another metric whose name begins alike.
      }
    }
  }

  private void takeBucket(Series series, Interval interval) {
    String bound = series.labels().getOrDefault("le", "");
    double gained = counters.gained(series);
    try {
      double seconds = bound.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(bound);
      if (gained >= 0 && !Double.isNaN(seconds)) {
        interval.cumulative.merge(seconds, gained, Double::sum);
      }
    } catch (NumberFormatException e) {
      // A bucket without a bound counts nothing.
    }
  }

  private Map<Metric, Double> measured(Interval interval, double elapsed) {
    Map<Metric, Double> measured = new EnumMap<>(Metric.class);
    measured.put(Metric.REQUEST_RATE, interval.requests / elapsed);
    if (interval.requests >= 0) {
      measured.putAll(served(interval));
    }
    measured.put(Metric.CPU, interval.cpu / elapsed);
    measured.put(Metric.GC_SHARE, interval.collector / elapsed);
    measured.put(Metric.HEAP, part(interval.heapLive, interval.heapMax));
    measured.put(Metric.CONNECTIONS, part(interval.active, interval.pool));
    measured.put(Metric.INFLIGHT, interval.inflight >= 0 ? interval.inflight : Double.NaN);
    return measured;
  }

  /** What users saw. A median needs few requests; tails and failures are pooled. */
  private Map<Metric, Double> served(Interval interval) {
    Map<Metric, Double> served = new EnumMap<>(Metric.class);
    double[] bounds = interval.bounds();
    double[] counts = interval.counts();
    if (restarted) {
      recent.clear();
    }
    recent.add(bounds, counts, interval.requests, interval.failed);
    double objectiveSeconds = slo.latencyMillisMax() / 1000.0;
    if (interval.requests > 0) {
      double mean = interval.seconds / interval.requests;
      served.put(Metric.LATENCY_MEAN, mean / objectiveSeconds);
      served.put(Metric.LATENCY_P50, Buckets.quantile(bounds, counts, 0.5) / objectiveSeconds);
    }
    served.put(Metric.LATENCY_P99, recent.latency99() / objectiveSeconds);
    // An objective of no errors at all is broken by the first one, not by a division.
    double allowed = Math.max(slo.errorRatioMax(), 1e-6);
    served.put(Metric.ERROR_RATIO, recent.errorRatio() / allowed);
    return served;
  }

  private static double part(double used, double limit) {
    return used >= 0 && limit > 0 ? used / limit : Double.NaN;
  }

  /** A sum in which the first value counts from nothing, and a value that is none adds nothing. */
  private static double plus(double sum, double value) {
    if (!Double.isFinite(value)) {
      return sum;
    }
    return Double.isNaN(sum) ? value : sum + value;
  }
}
