package io.understudy.testbed.gateway;

import io.understudy.testbed.gateway.balance.NodeRing;
import io.understudy.testbed.gateway.balance.Observation;
import io.understudy.testbed.gateway.config.Checks.Active;
import io.understudy.testbed.gateway.config.Upstream;
import io.understudy.testbed.gateway.config.Upstream.Node;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An upstream in service: its nodes' turns and health, and the requests that check them. */
final class LiveUpstream {
  private static final Logger log = LoggerFactory.getLogger(LiveUpstream.class);

  private final Vertx vertx;
  private final HttpClient client;
  private final NodeRing ring;
  private boolean checking;
  private boolean stopped;

  LiveUpstream(Vertx vertx, HttpClient client, NodeRing ring) {
    this.vertx = vertx;
    this.client = client;
    this.ring = ring;
  }

  /** The same upstream as changed in the Admin API; this one stops checking. */
  LiveUpstream changedTo(Upstream changed) {
    if (changed.equals(ring.upstream())) {
      return this;
    }
    stop();
    LiveUpstream next = new LiveUpstream(vertx, client, ring.changedTo(changed));
    if (checking) {
      next.check();
    }
    return next;
  }

  NodeRing ring() {
    return ring;
  }

  void stop() {
    stopped = true;
  }

  /** Starts checking its nodes; like APISIX with the first request that it gets. */
  void check() {
    if (!checking) {
      checking = true;
      ring.upstream()
          .checks()
          .ifPresent(
              checks -> ring.upstream().nodes().forEach(node -> check(node, checks.active())));
    }
  }

  /** Takes in what a client's request showed about a node. */
  void served(Node node, Observation observation) {
    if (ring.served(node, observation)) {
      logTurn(node, observation);
    }
  }

  private void check(Node node, Active active) {
    if (stopped) {
      return;
    }
    observe(node, active)
        .onSuccess(observation -> {
          if (ring.checked(node, observation)) {
            logTurn(node, observation);
          }
          long pause = ring.up(node) ? active.upMillis() : active.downMillis();
          vertx.setTimer(pause, ignored -> check(node, active));
        });
  }

  private Future<Observation> observe(Node node, Active active) {
    RequestOptions request =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost(node.host())
            .setPort(node.port())
            .setURI(active.path())
            .setConnectTimeout(active.timeoutMillis());
    return client
        .request(request)
        .compose(sent ->
            sent.send()
                .compose(LiveUpstream::drained)
                .timeout(active.timeoutMillis(), TimeUnit.MILLISECONDS)
                .onFailure(e -> sent.reset()))
        .map(status -> (Observation) new Observation.Answered(status))
        .otherwise(e ->
            e instanceof TimeoutException ? new Observation.TimedOut() : new Observation.Broken());
  }

  private static Future<Integer> drained(HttpClientResponse response) {
    return response.end().map(response.statusCode());
  }

  private void logTurn(Node node, Observation cause) {
    log.info(
        "upstream={} node={} {} cause={}",
        ring.upstream().id(),
        node.address(),
        ring.up(node) ? "down -> up" : "up -> down",
        cause);
  }
}
