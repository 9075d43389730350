package io.understudy.daemon.api;

import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.understudy.daemon.replication.Figures;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.daemon.service.ServiceView;
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
  private final HistogramFamily acks =
      new HistogramFamily("ack_seconds", "From capture to replication.", SERVICE);
  private final HistogramFamily groups =
      new HistogramFamily("group_changes", "Changes in a transaction of a shadow.", SHADOW);

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
}
