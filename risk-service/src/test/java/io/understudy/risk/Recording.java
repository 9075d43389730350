package io.understudy.risk;

import io.understudy.model.config.Topology.Slo;
import io.understudy.risk.feature.Metric;
import io.understudy.risk.feature.Sample;
import io.understudy.risk.source.Exposition;
import io.understudy.risk.source.Measurement;
import io.understudy.risk.source.MetricNames;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What the sample application really answered during a run of the demonstration, four times a
 * second: one column per series, its name as in the exposition. Probes were not recorded; they are
 * taken as answered at once.
 */
final class Recording {
  private static final long NANOS_PER_MILLI = 1_000_000;

  private Recording() {}

  /**
   * One recorded sample.
   *
   * @param millis since the fault began
   * @param sample as the service would have seen it
   */
  record Moment(long millis, Sample sample) {}

  static List<Moment> read(String name) {
    List<String> lines = lines(name);
    String[] series = lines.getFirst().split(";");
    Measurement measurement = new Measurement(MetricNames.DEFAULT, new Slo(250, 0.01));
    List<Moment> moments = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] values = line.split(";");
      long millis = Long.parseLong(values[0]);
      Exposition scraped = Exposition.parse(exposition(series, values));
      Map<Metric, Double> seen = new EnumMap<>(Metric.class);
      seen.putAll(measurement.accept(scraped, millis * NANOS_PER_MILLI));
      seen.put(Metric.LOSS, 0.0);
      seen.put(Metric.CONNECT_TIME, 0.3);
      seen.put(Metric.JITTER, 0.1);
      moments.add(new Moment(millis, Sample.of(seen, measurement.restarted())));
    }
    return moments;
  }

  private static String exposition(String[] series, String[] values) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i < values.length; i++) {
      if (!values[i].isEmpty()) { // a series that was not there yet
        text.append(series[i]).append(' ').append(values[i]).append('\n');
      }
    }
    return text.toString();
  }

  private static List<String> lines(String name) {
    try (InputStream in = Recording.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no recording " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#"))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
