package io.understudy.testbed.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What one bench measured.
 *
 * @param bench name of the bench
 * @param figures measured values by name, in the order of the table
 * @param misses names of the figures that miss their promise
 */
public record BenchResult(String bench, Map<String, Double> figures, List<String> misses) {
  public BenchResult {
    figures = Collections.unmodifiableMap(new LinkedHashMap<>(figures));
    misses = List.copyOf(misses);
  }

  /** The result as one line of JSON: {@code {"bench":..,"figures":{..},"misses":[..]}}. */
  public String json() {
    return "{\"bench\":"
        + quoted(bench)
        + ",\"figures\":{"
        + figures.entrySet().stream()
            .map(figure -> quoted(figure.getKey()) + ":" + number(figure.getValue()))
            .collect(Collectors.joining(","))
        + "},\"misses\":["
        + misses.stream().map(BenchResult::quoted).collect(Collectors.joining(","))
        + "]}";
  }

  /** The result as a table for people. */
  public String table() {
    StringBuilder table = new StringBuilder("bench " + bench + "\n");
    figures.forEach((name, value) ->
        table
            .append(String.format(Locale.ROOT, "  %-28s %16s", name, number(value)))
            .append(misses.contains(name) ? "  MISSES ITS PROMISE\n" : "\n"));
    return table.toString();
  }

  private static String number(double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("figure " + value + " is not a number");
    }
    return String.format(Locale.ROOT, "%.4f", value);
  }

  /** Names are ours and need no escapes. */
  private static String quoted(String name) {
    return '"' + name + '"';
  }

  /** Collects figures and holds those that have a promise against it. */
  public static final class Builder {
    private final String bench;
    private final Map<String, Double> figures = new LinkedHashMap<>();
    private final List<String> misses = new ArrayList<>();

    public Builder(String bench) {
      this.bench = bench;
    }

    public Builder figure(String name, double value) {
      figures.put(name, value);
      return this;
    }

    public Builder atMost(String name, double value, double max) {
      return promised(name, value, value <= max);
    }

    public Builder below(String name, double value, double bound) {
      return promised(name, value, value < bound);
    }

    public Builder atLeast(String name, double value, double min) {
      return promised(name, value, value >= min);
    }

    public BenchResult build() {
      return new BenchResult(bench, figures, misses);
    }

    private Builder promised(String name, double value, boolean kept) {
      if (!kept) {
        misses.add(name);
      }
      return figure(name, value);
    }
  }
}
