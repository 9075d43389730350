package io.understudy.daemon.api;

import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.understudy.daemon.replication.Distribution;
import io.understudy.daemon.replication.Figures;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.daemon.service.ServiceView;
import java.util.ArrayList;
import java.util.List;

/** The figures of the running replications as metrics. Collected once. */
final class ReplicationMetrics {
  private static final List<String> SERVICE = List.of("service");
  private static final List<String> SHADOW = List.of("service", "endpoint");

  private final GaugeMetricFamily captured =
      gauge("captured_lsn_bytes", "Place in the primary's log of the newest captured.", SERVICE);
  private final GaugeMetricFamily replicated =
      gauge("replicated_lsn_bytes", "Place in the primary's log of the watermark.", SERVICE);
  private final GaugeMetricFamily applied =
      gauge("shadow_applied_lsn_bytes", "Place in the primary's log of the copy.", SHADOW);
  private final GaugeMetricFamily retained =
      gauge("slot_retained_bytes", "Log that the primary keeps for the slot.", SERVICE);
  private final CounterMetricFamily retries =
      counter("shadow_retries", "Errors that were tried again.");
  private final CounterMetricFamily fallbacks =
      counter("shadow_fallbacks", "Groups applied row by row.");
  private final Histogram acks =
      new Histogram("ack_seconds", "From capture to replication.", SERVICE);
  private final Histogram groups =
      new Histogram("group_changes", "Changes in a transaction of a shadow.", SHADOW);

  void add(ServiceView view) {
    String service = view.record().service();
    for (ShadowStatus status : view.shadows()) {
      applied.addMetric(
          List.of(service, status.endpoint()), (double) status.applied().lsn().value());
    }
    view.figures().ifPresent(figures -> add(service, figures));
  }

  List<MetricFamilySamples> families() {
    return List.of(
        captured,
        replicated,
        applied,
        retained,
        retries,
        fallbacks,
        acks.family(),
        groups.family());
  }

  private void add(String service, Figures figures) {
    List<String> name = List.of(service);
    captured.addMetric(name, (double) figures.captured().lsn().value());
    replicated.addMetric(name, (double) figures.replicated().lsn().value());
    figures.slotRetainedBytes().ifPresent(bytes -> retained.addMetric(name, (double) bytes));
    acks.add(name, figures.ackSeconds());
    figures
        .shadows()
        .forEach((endpoint, shadow) -> {
          List<String> labels = List.of(service, endpoint);
          retries.addMetric(labels, (double) shadow.retries());
          fallbacks.addMetric(labels, (double) shadow.fallbacks());
          groups.add(labels, shadow.groupChanges());
        });
  }

  private static GaugeMetricFamily gauge(String name, String help, List<String> labels) {
    return new GaugeMetricFamily("understudy_" + name, help, labels);
  }

  private static CounterMetricFamily counter(String name, String help) {
    return new CounterMetricFamily("understudy_" + name, help, SHADOW);
  }

  /** A family of histograms; simpleclient has none that can be filled from elsewhere. */
  private static final class Histogram {
    private final String name;
    private final String help;
    private final List<String> labels;
    private final List<Sample> samples = new ArrayList<>();

    Histogram(String name, String help, List<String> labels) {
      this.name = "understudy_" + name;
      this.help = help;
      this.labels = labels;
    }

    void add(List<String> values, Distribution.Snapshot taken) {
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

    MetricFamilySamples family() {
      return new MetricFamilySamples(name, Collector.Type.HISTOGRAM, help, samples);
    }
  }
}
