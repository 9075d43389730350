package io.understudy.risk.source;

import io.understudy.model.config.ConfigSection;

/**
 * What the application calls its metrics.
 *
 * @param latency histogram of request durations in seconds
 * @param outcomeLabel label of the histogram that tells failed requests from others
 * @param errorOutcome value of that label for a failed request
 * @param cpu counter of processor seconds
 * @param heapLive gauge of the bytes alive after the last collection
 * @param heapMax gauge of the bytes at which the heap is full
 * @param collector counter of seconds spent collecting garbage
 * @param connectionsActive gauge of connections in use
 * @param connectionsMax gauge of the pool's size
 * @param inflight gauge of requests being served
 */
public record MetricNames(
    String latency,
    String outcomeLabel,
    String errorOutcome,
    String cpu,
    String heapLive,
    String heapMax,
    String collector,
    String connectionsActive,
    String connectionsMax,
    String inflight) {

  /** What the sample application calls them. */
  public static final MetricNames DEFAULT =
      new MetricNames(
          "http_request_duration_seconds",
          "outcome",
          "error",
          "process_cpu_seconds_total",
          "app_heap_live_bytes",
          "app_heap_max_bytes",
          "app_gc_seconds_total",
          "app_connections_active",
          "app_connections_max",
          "app_inflight_requests");

  /** Reads {@code risk.metrics}; problems are noted, not thrown. */
  public static MetricNames read(ConfigSection section) {
    MetricNames names =
        new MetricNames(
            section.text("latency", DEFAULT.latency),
            section.text("outcomeLabel", DEFAULT.outcomeLabel),
            section.text("errorOutcome", DEFAULT.errorOutcome),
            section.text("cpu", DEFAULT.cpu),
            section.text("heapLive", DEFAULT.heapLive),
            section.text("heapMax", DEFAULT.heapMax),
            section.text("collector", DEFAULT.collector),
            section.text("connectionsActive", DEFAULT.connectionsActive),
            section.text("connectionsMax", DEFAULT.connectionsMax),
            section.text("inflight", DEFAULT.inflight));
    section.rejectUnknownKeys();
    return names;
  }
}
