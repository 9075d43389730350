package io.understudy.risk.source;

import io.understudy.risk.source.Exposition.Series;
import java.util.HashMap;
import java.util.Map;

/**
 * The counters of the scrape before, so that each scrape yields what was added since.
 *
 * <p>A counter that fell was reset with its process: all it holds was added since. A series that
 * was not there before began at 0. The first scrape of all yields nothing. Memory is bounded by the
 * parser's bound on series, because only the last scrape is kept.
 */
final class CounterMemory {
  private Map<SeriesId, Double> before = Map.of();
  private Map<SeriesId, Double> now = new HashMap<>();
  private boolean first = true;
  private int resets;

  private record SeriesId(String name, Map<String, String> labels) {}

  /** What a counter gained since the scrape before; NaN if it is no counter value at all. */
  double gained(Series series) {
    if (!(series.value() >= 0) || Double.isInfinite(series.value())) {
      return Double.NaN;
    }
    SeriesId id = new SeriesId(series.name(), series.labels());
    now.put(id, series.value());
    if (first) {
      return Double.NaN;
    }
    double old = before.getOrDefault(id, 0.0);
    if (series.value() >= old) {
      return series.value() - old;
    }
    resets++;
    return series.value();
  }

  /** Call after the last counter of a scrape; true if a counter fell: the process began anew. */
  boolean scrapeEnded() {
    boolean reset = resets > 0;
    resets = 0;
    before = now;
    now = new HashMap<>();
    first = false;
    return reset;
  }
}
