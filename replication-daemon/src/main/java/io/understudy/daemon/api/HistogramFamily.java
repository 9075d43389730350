package io.understudy.daemon.api;

import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.understudy.daemon.replication.Distribution;
import java.util.ArrayList;
import java.util.List;

/** A family of histograms; simpleclient has none that can be filled from elsewhere. */
public final class HistogramFamily {
  private final String name;
  private final String help;
  private final List<String> labels;
  private final List<Sample> samples = new ArrayList<>();

  /**
   * An empty family.
   *
   * @param name without the prefix that all our metrics have
   */
  public HistogramFamily(String name, String help, List<String> labels) {
    this.name = "understudy_" + name;
    this.help = help;
    this.labels = List.copyOf(labels);
  }

  /**
   * Adds one histogram.
   *
   * @param values of the labels
   */
  public void add(List<String> values, Distribution.Snapshot taken) {
    List<String> names = new ArrayList<>(labels);
    names.add("le");
    long below = 0;
    for (int i = 0; i < taken.counts().size(); i++) {
      below += taken.counts().get(i);
      double bound = i < taken.bounds().size() ? taken.bounds().get(i) : Double.POSITIVE_INFINITY;
      List<String> at = new ArrayList<>(values);
      at.add(Collector.doubleToGoString(bound));
      samples.add(new Sample(name + "_bucket", names, at, (double) below));
    }
    samples.add(new Sample(name + "_count", labels, values, (double) below));
    samples.add(new Sample(name + "_sum", labels, values, taken.sum()));
  }

  public MetricFamilySamples family() {
    return new MetricFamilySamples(name, Collector.Type.HISTOGRAM, help, samples);
  }
}
