package io.understudy.daemon.endpoint;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.exporter.common.TextFormat;
import io.understudy.daemon.api.HistogramFamily;
import io.understudy.daemon.replication.Figures;
import io.understudy.model.Position;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** An endpoint's metrics, drawn from its report when they are asked for. Used once. */
final class EndpointMetrics {
  private static final List<String> SERVICE = List.of("service");
  private static final List<String> ENDPOINT = List.of("service", "endpoint");

  private final List<String> service;
  private final List<String> endpoint;
  private final long nowMillis;
  private final List<Collector.MetricFamilySamples> families = new ArrayList<>();

  EndpointMetrics(EndpointSettings settings, long nowMillis) {
    this.service = List.of(settings.service());
    this.endpoint = List.of(settings.service(), settings.self());
    this.nowMillis = nowMillis;
  }

  void answer(RoutingContext context, EndpointReport report, Figures.OfShadow applied) {
    add(report);
    report.source().ifPresent(source -> add(source, report.status().journal().position()));
    if (report.source().isEmpty()) {
      add(report, applied);
    }
    StringWriter text = new StringWriter();
    try {
      TextFormat.write004(text, Collections.enumeration(families));
      TextFormat.write004(text, CollectorRegistry.defaultRegistry.metricFamilySamples());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, TextFormat.CONTENT_TYPE_004)
        .end(text.toString());
  }

  private void add(EndpointReport report) {
    EndpointStatus status = report.status();
    gauge("epoch", "Epoch that it leads or follows.", (double) status.epoch());
    gauge("open", "1 while its database takes writes.", status.open() ? 1 : 0);
    gauge("source", "1 for the source.", status.role().equals("source") ? 1 : 0);
    status
        .durability()
        .ifPresent(worth ->
            gauge("commits_wait", "1 while the record lets COMMIT wait.", worth.waits() ? 1 : 0));
    if (report.source().isPresent()) {
      gauge("replicated_lsn_bytes", "The watermark.", value(status.replicated()));
    }
    gauge("journalled_lsn_bytes", "End of the journal on its disk.", value(report.durable()));
    boolean troubled =
        report.shadow().failure().isPresent() || report.shadow().trouble().isPresent();
    gauge("troubled", "1 while something is not right.", troubled ? 1 : 0);
  }

  private void add(EndpointReport.Source source, Position captured) {
    gauge("captured_lsn_bytes", "Place in the log of the newest captured.", value(captured));
    GaugeMetricFamily lag = gauge("voter_lag_bytes", "Log that a voter does not hold.");
    source
        .voters()
        .forEach((voter, acked) -> {
          Long bytes = ReportJson.bytesBetween(acked, captured);
          if (bytes != null) {
            lag.addMetric(List.of(service.getFirst(), voter), bytes);
          }
        });
    source
        .slotRetainedBytes()
        .ifPresent(bytes -> gauge("slot_retained_bytes", "Log kept for the slot.", (double) bytes));
    HistogramFamily acks =
        new HistogramFamily("ack_seconds", "From capture to replication.", SERVICE);
    acks.add(service, source.ackSeconds());
    families.add(acks.family());
  }

  private void add(EndpointReport report, Figures.OfShadow done) {
    Position applied = report.status().applied();
    gauge("shadow_applied_lsn_bytes", "Place in the primary's log of the copy.", value(applied));
    Long bytes = ReportJson.bytesBetween(applied, report.durable());
    if (bytes != null) {
      gauge("shadow_lag_bytes", "Log journalled and not applied.", bytes);
    }
    long reading = report.shadow().readingMillis();
    if (reading > 0) {
      gauge("shadow_lag_seconds", "Age of the copy.", (nowMillis - reading) / 1e3);
    }
    HistogramFamily groups =
        new HistogramFamily("group_changes", "Changes in a database transaction.", ENDPOINT);
    groups.add(endpoint, done.groupChanges());
    families.add(groups.family());
    counter("shadow_retries", "Errors that were tried again.", done.retries());
    counter("shadow_fallbacks", "Groups applied row by row.", done.fallbacks());
  }

  private static double value(Position position) {
    return (double) position.lsn().value();
  }

  private void gauge(String name, String help, double value) {
    gauge(name, help).addMetric(endpoint, value);
  }

  private GaugeMetricFamily gauge(String name, String help) {
    GaugeMetricFamily family = new GaugeMetricFamily("understudy_" + name, help, ENDPOINT);
    families.add(family);
    return family;
  }

  private void counter(String name, String help, long value) {
    CounterMetricFamily family = new CounterMetricFamily("understudy_" + name, help, ENDPOINT);
    family.addMetric(endpoint, (double) value);
    families.add(family);
  }
}
