package io.understudy.risk.source;

import io.understudy.risk.feature.Metric;
import io.vertx.core.Future;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Connects to an endpoint once per sample and hangs up: connect time, loss and jitter. */
final class Probe {
  private final NetClient client;
  private final String host;
  private final int port;
  private final Duration patience;
  private final LongSupplier nanoClock;
  private final Jitter jitter = new Jitter();

  Probe(NetClient client, Target target, Duration patience, LongSupplier nanoClock) {
    this.client = client;
    this.host = target.endpoint().host();
    this.port = target.endpoint().port();
    this.patience = patience;
    this.nanoClock = nanoClock;
  }

  /** Never fails: a connection refused or too late is a loss. */
  Future<Map<Metric, Double>> connect() {
    long begin = nanoClock.getAsLong();
    Future<NetSocket> connected = client.connect(port, host);
    connected.onSuccess(NetSocket::close);
    return connected
        .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .map(socket -> answered((nanoClock.getAsLong() - begin) / 1e6))
        .otherwise(refused -> Map.of(Metric.LOSS, 1.0));
  }

  private Map<Metric, Double> answered(double millis) {
    return Map.of(
        Metric.LOSS, 0.0, Metric.CONNECT_TIME, millis, Metric.JITTER, jitter.next(millis));
  }
}
