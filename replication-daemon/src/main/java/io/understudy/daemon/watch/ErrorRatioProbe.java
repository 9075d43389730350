package io.understudy.daemon.watch;

import io.understudy.model.config.Topology;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the error ratios of endpoints up to date from their metrics. */
public final class ErrorRatioProbe implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ErrorRatioProbe.class);
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final int SAMPLES = 6;

  private final Vertx vertx;
  private final WebClient client;
  private final Map<String, Double> ratios = new ConcurrentHashMap<>();
  private final long timer;

  public ErrorRatioProbe(Vertx vertx, WebClient client, Iterable<Topology.Endpoint> endpoints) {
    this.vertx = vertx;
    this.client = client;
    Map<Topology.Endpoint, ErrorRatio> windows = new ConcurrentHashMap<>();
    endpoints.forEach(endpoint -> windows.put(endpoint, new ErrorRatio(SAMPLES)));
    this.timer = vertx.setPeriodic(INTERVAL.toMillis(), id -> windows.forEach(this::sample));
  }

  /** Failed requests per request over the last seconds, 0..1; 0 while unknown. */
  public double of(String endpoint) {
    return ratios.getOrDefault(endpoint, 0.0);
  }

  @Override
  public void close() {
    vertx.cancelTimer(timer);
  }

  private void sample(Topology.Endpoint endpoint, ErrorRatio window) {
    client
        .getAbs(endpoint.metricsUri().toString())
        .timeout(INTERVAL.toMillis())
        .send()
        .map(answer -> window.sample(answer.bodyAsString()))
        .onSuccess(ratio -> ratios.put(endpoint.name(), ratio))
        .onFailure(failure -> log.debug("no metrics of {}: {}", endpoint.name(), failure));
  }
}
