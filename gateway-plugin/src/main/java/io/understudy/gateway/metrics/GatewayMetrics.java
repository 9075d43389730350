package io.understudy.gateway.metrics;

import static java.util.Objects.requireNonNull;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.understudy.gateway.decision.Decision;
import io.understudy.gateway.decision.Reason;
import io.understudy.gateway.decision.Side;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** The plugin's counters, registered once per process. */
public final class GatewayMetrics {
  private final Counter decisions;
  private final Counter frames;
  private final Counter errors;
  private final Counter unreadable;
  private final Histogram seconds;
  private final Gauge connections;
  private final Gauge clusterConnected;

  public GatewayMetrics(CollectorRegistry registry) {
    decisions =
        Counter.build("understudy_decisions_total", "Requests decided.")
            .labelNames("service", "side", "reason")
            .register(registry);
    frames =
        Counter.build("understudy_frames_total", "Frames received from the gateway.")
            .labelNames("type")
            .register(registry);
    errors =
        Counter.build("understudy_frame_errors_total", "Frames answered with an error.")
            .labelNames("cause")
            .register(registry);
    unreadable =
        Counter.build(
                "understudy_cache_unreadable_total",
                "Times that an entry of a Hazelcast map became unreadable.")
            .labelNames("map")
            .register(registry);
    seconds =
        Histogram.build("understudy_request_seconds", "From a request's frame to its answer.")
            .buckets(10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 5e-3, 25e-3, 0.1)
            .register(registry);
    connections =
        Gauge.build("understudy_connections", "Open connections of the gateway.")
            .register(registry);
    clusterConnected =
        Gauge.build("understudy_cluster_connected", "1 while the Hazelcast cluster answers.")
            .register(registry);
  }

  /** The counters of one service; keep them, because looking labels up costs more than counting. */
  public Decisions decisions(String service) {
    Map<Side, Map<Reason, Counter.Child>> children = new EnumMap<>(Side.class);
    for (Side side : Side.values()) {
      children.put(side, reasons(service, side.name().toLowerCase(Locale.ROOT)));
    }
    return new Decisions(children);
  }

  private Map<Reason, Counter.Child> reasons(String service, String side) {
    Map<Reason, Counter.Child> children = new EnumMap<>(Reason.class);
    for (Reason reason : Reason.values()) {
      children.put(reason, decisions.labels(service, side, reason.label()));
    }
    return children;
  }

  public Counter.Child frames(String type) {
    return frames.labels(type);
  }

  public Counter.Child errors(String cause) {
    return errors.labels(cause);
  }

  public void becameUnreadable(String map) {
    unreadable.labels(map).inc();
  }

  public void answered(long nanos) {
    seconds.observe(nanos * 1e-9);
  }

  public void connected(int change) {
    connections.inc(change);
  }

  public void clusterConnected(boolean connected) {
    clusterConnected.set(connected ? 1 : 0);
  }

  /** Counters of one service by side and reason. */
  public static final class Decisions {
    private final Map<Side, Map<Reason, Counter.Child>> children;

    private Decisions(Map<Side, Map<Reason, Counter.Child>> children) {
      this.children = children;
    }

    public void count(Decision decision) {
      requireNonNull(requireNonNull(children.get(decision.side())).get(decision.reason())).inc();
    }
  }
}
