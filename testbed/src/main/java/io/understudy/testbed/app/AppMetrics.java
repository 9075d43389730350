package io.understudy.testbed.app;

import com.sun.management.GarbageCollectionNotificationInfo;
import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.CounterMetricFamily;
import io.prometheus.client.Gauge;
import io.prometheus.client.GaugeMetricFamily;
import io.prometheus.client.Histogram;
import io.prometheus.client.exporter.common.TextFormat;
import io.prometheus.client.hotspot.StandardExports;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.openmbean.CompositeData;

/** What the application says about itself in Prometheus' text format; for many threads. */
final class AppMetrics {
  private static final double[] SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5
  };
  private static final double MILLIS_PER_SECOND = 1000;

  private final CollectorRegistry registry = new CollectorRegistry();
  private final Histogram requests =
      Histogram.build("http_request_duration_seconds", "Time until the answer was sent.")
          .labelNames("method", "outcome")
          .buckets(SECONDS)
          .register(registry);
  private final Gauge inFlight =
      Gauge.build("app_inflight_requests", "Requests under way.").register(registry);
  private final Set<String> heapPools =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .map(MemoryPoolMXBean::getName)
          .collect(Collectors.toUnmodifiableSet());
  private volatile long liveBytes =
      ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();

  AppMetrics(Connections connections) {
    registry.register(new StandardExports());
    registry.register(
        new Collector() {
          @Override
          public List<MetricFamilySamples> collect() {
            return runtime(connections);
          }
        });
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (collector instanceof NotificationEmitter emitter) {
        emitter.addNotificationListener(
            (notification, ignored) -> collected(notification), null, null);
      }
    }
  }

  void began() {
    inFlight.inc();
  }

  /** A request that began is answered, or its connection is gone. */
  void ended(String method, boolean ok, double seconds) {
    inFlight.dec();
    requests.labels(method, ok ? "ok" : "error").observe(seconds);
  }

  String text() {
    StringWriter text = new StringWriter();
    try {
      TextFormat.write004(text, registry.metricFamilySamples());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private void collected(Notification notification) {
    if (notification
            .getType()
            .equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)
        && notification.getUserData() instanceof CompositeData content) {
      Map<String, MemoryUsage> after =
          GarbageCollectionNotificationInfo.from(content).getGcInfo().getMemoryUsageAfterGc();
      liveBytes =
          heapPools.stream().filter(after::containsKey).mapToLong(pool -> used(after, pool)).sum();
    }
  }

  private static long used(Map<String, MemoryUsage> usages, String pool) {
    MemoryUsage usage = usages.get(pool);
    return usage == null ? 0 : usage.getUsed();
  }

  private List<Collector.MetricFamilySamples> runtime(Connections connections) {
    double gcMillis =
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionTime)
            .sum();
    long max = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getMax();
    return List.of(
        new GaugeMetricFamily(
            "app_heap_live_bytes", "Heap in use after the last collection.", liveBytes),
        new GaugeMetricFamily("app_heap_max_bytes", "Heap at most.", max),
        new CounterMetricFamily(
            "app_gc_seconds", "Time spent collecting.", gcMillis / MILLIS_PER_SECOND),
        new GaugeMetricFamily(
            "app_connections_active", "Database connections in use.", connections.active()),
        new GaugeMetricFamily(
            "app_connections_max", "Database connections at most.", connections.max()));
  }
}
