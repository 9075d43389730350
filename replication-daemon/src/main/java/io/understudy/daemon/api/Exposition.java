package io.understudy.daemon.api;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.exporter.common.TextFormat;
import io.understudy.daemon.replication.ShadowState;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.daemon.service.ServiceSupervisor;
import io.understudy.daemon.service.ServiceView;
import io.understudy.model.Cohort;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * The daemon's metrics, drawn from the views when they are asked for: no second bookkeeping that
 * could disagree with the first.
 */
final class Exposition extends Collector {
  private final Collection<ServiceSupervisor> services;

  private Exposition(Collection<ServiceSupervisor> services) {
    this.services = services;
  }

  static void answer(RoutingContext context, Collection<ServiceSupervisor> services) {
    CollectorRegistry registry = new CollectorRegistry();
    registry.register(new Exposition(services));
    StringWriter text = new StringWriter();
    try {
      TextFormat.write004(text, registry.metricFamilySamples());
      TextFormat.write004(text, CollectorRegistry.defaultRegistry.metricFamilySamples());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    context
        .response()
        .putHeader(HttpHeaders.CONTENT_TYPE, TextFormat.CONTENT_TYPE_004)
        .end(text.toString());
  }

  @Override
  public List<MetricFamilySamples> collect() {
    List<String> service = List.of("service");
    List<String> shadow = List.of("service", "endpoint");
    GaugeMetricFamily epoch = gauge("epoch", "Fencing number of the service.", service);
    GaugeMetricFamily primary = gauge("primary", "1 for the primary.", shadow);
    GaugeMetricFamily troubled = gauge("troubled", "1 while something is not right.", service);
    GaugeMetricFamily quorum = gauge("quorum", "Voters that must hold an update.", service);
    GaugeMetricFamily share =
        gauge("share_basis_points", "Users on the shadow.", List.of("service", "cohort"));
    GaugeMetricFamily lag = gauge("shadow_lag_seconds", "Age of a shadow's copy.", shadow);
    GaugeMetricFamily bytes = gauge("shadow_lag_bytes", "Log not applied.", shadow);
    GaugeMetricFamily inSync = gauge("shadow_in_sync", "1 while in sync.", shadow);
    ReplicationMetrics replication = new ReplicationMetrics();
    for (ServiceSupervisor supervisor : services) {
      ServiceView view = supervisor.view();
      replication.add(view);
      List<String> name = List.of(view.record().service());
      epoch.addMetric(name, (double) view.record().epoch());
      primary.addMetric(List.of(name.getFirst(), view.record().primary()), 1);
      troubled.addMetric(name, view.trouble().isPresent() ? 1 : 0);
      quorum.addMetric(name, view.record().k());
      for (Cohort cohort : view.plan().cohorts()) {
        share.addMetric(List.of(name.getFirst(), cohort.name()), cohort.share().basisPoints());
      }
      for (ShadowStatus status : view.shadows()) {
        List<String> labels = List.of(name.getFirst(), status.endpoint());
        boolean unknown = status.lagMillis() == Long.MAX_VALUE;
        lag.addMetric(labels, unknown ? Double.NaN : status.lagMillis() / 1e3);
        bytes.addMetric(labels, (double) status.lagBytes());
        inSync.addMetric(labels, status.state() instanceof ShadowState.InSync ? 1 : 0);
      }
    }
    List<MetricFamilySamples> all =
        new ArrayList<>(List.of(epoch, primary, troubled, quorum, share, lag, bytes, inSync));
    all.addAll(replication.families());
    return all;
  }

  private static GaugeMetricFamily gauge(String name, String help, List<String> labels) {
    return new GaugeMetricFamily("understudy_" + name, help, labels);
  }
}
