package io.understudy.testbed.gateway;

import io.understudy.testbed.gateway.balance.NodeRing;
import io.understudy.testbed.gateway.balance.Turns;
import io.understudy.testbed.gateway.config.Configuration;
import io.understudy.testbed.gateway.config.Plugins.ExtPlugin;
import io.understudy.testbed.gateway.config.Route;
import io.understudy.testbed.gateway.config.TrafficSplit.Rule;
import io.understudy.testbed.gateway.config.Upstream;
import io.understudy.testbed.gateway.runner.RunnerAnswer;
import io.understudy.testbed.gateway.runner.RunnerPool;
import io.understudy.testbed.gateway.runner.Text;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the clients: body, route, plugin runner, traffic split, upstream. For one event loop only.
 *
 * <p>The configuration is one immutable snapshot that {@link #apply} replaces as a whole; a request
 * keeps the route and the upstream that it was given.
 */
final class DataPlane {
  private static final Logger log = LoggerFactory.getLogger(DataPlane.class);

  private final Vertx vertx;
  private final HttpClient client;
  private final RunnerPool runner;
  private final Forwarding forwarding;
  private final int bodyBytesMax;
  private final Map<String, LiveUpstream> upstreams = new HashMap<>();
  private final Map<Rule, Turns<Rule.Target>> turns = new HashMap<>();
  private Configuration configuration = Configuration.EMPTY;
  private boolean runnerAway;

  DataPlane(Vertx vertx, HttpClient client, RunnerPool runner, GatewaySettings settings) {
    this.vertx = vertx;
    this.client = client;
    this.runner = runner;
    this.forwarding = new Forwarding(vertx, client, settings.retryRule());
    this.bodyBytesMax = settings.bodyBytesMax();
  }

  /** Puts a configuration in force for every request that comes after it. */
  void apply(Configuration next) {
    Map<String, LiveUpstream> before = Map.copyOf(upstreams);
    upstreams.clear();
    next.upstreams()
        .forEach((id, upstream) -> {
          LiveUpstream known = before.get(id);
          upstreams.put(id, known == null ? live(upstream) : known.changedTo(upstream));
        });
    before.forEach((id, upstream) -> {
      if (!upstreams.containsKey(id)) {
        upstream.stop();
      }
    });
    turns.clear();
    configuration = next;
  }

  void handle(HttpServerRequest request) {
    BoundedBody.read(request, bodyBytesMax)
        .compose(body -> serve(request, body))
        .onFailure(e -> refuse(request, e));
  }

  private LiveUpstream live(Upstream upstream) {
    return new LiveUpstream(vertx, client, new NodeRing(upstream));
  }

  private Future<Void> serve(HttpServerRequest request, Buffer body) {
    Exchange exchange = new Exchange(request, body);
    Route route =
        configuration
            .routeFor(exchange.method(), exchange.path(), exchange)
            .orElseThrow(() -> new HttpFailure(404, "404 Route Not Found"));
    exchange.routedBy(route);
    return askRunner(route, exchange)
        .compose(answer -> {
          if (answer instanceof RunnerAnswer.Stop stop) {
            return stop(exchange, stop);
          }
          if (answer instanceof RunnerAnswer.Rewrite rewrite) {
            exchange.rewrite(rewrite);
          }
          return forward(route, exchange);
        })
        .recover(e -> fail(exchange, e));
  }

  private Future<RunnerAnswer> askRunner(Route route, Exchange exchange) {
    return route
        .plugins()
        .preRequest()
        .filter(plugin -> plugin.sees(exchange))
        .map(plugin -> askRunner(route, plugin, exchange))
        .orElse(Future.succeededFuture(new RunnerAnswer.Proceed()));
  }

  private Future<RunnerAnswer> askRunner(Route route, ExtPlugin plugin, Exchange exchange) {
    List<Text> conf =
        plugin.conf().stream().map(entry -> new Text(entry.name(), entry.value())).toList();
    String key = "route#" + route.id() + "#ext-plugin-pre-req#" + route.version();
    return runner
        .ask(exchange.question(key, conf))
        .onComplete(done -> noteRunner(done.cause()))
        .recover(e ->
            plugin.degradable()
                ? Future.succeededFuture(new RunnerAnswer.Proceed())
                : Future.failedFuture(new HttpFailure(503, String.valueOf(e.getMessage()))));
  }

  private void noteRunner(@Nullable Throwable failure) {
    boolean away = failure != null;
    if (away != runnerAway) {
      runnerAway = away;
      log.warn("runner {} cause={}", away ? "serving -> away" : "away -> serving", failure);
    }
  }

  private Future<Void> forward(Route route, Exchange exchange) {
    String id =
        route
            .plugins()
            .trafficSplit()
            .flatMap(split -> split.ruleFor(exchange))
            .flatMap(this::target)
            .orElse(route.upstreamId());
    LiveUpstream upstream = upstreams.get(id);
    if (upstream == null) {
      throw new HttpFailure(500, "upstream " + id + " does not exist");
    }
    return forwarding.forward(exchange, upstream);
  }

  /** The rule's upstream whose turn it is; empty for the route's own. */
  private Optional<String> target(Rule rule) {
    return turns
        .computeIfAbsent(rule, ignored -> new Turns<>(Rule.Target::weight))
        .next(rule.targets())
        .map(Rule.Target::upstreamId);
  }

  private static Future<Void> stop(Exchange exchange, RunnerAnswer.Stop stop) {
    HttpServerResponse response = exchange.request().response().setStatusCode(stop.status());
    for (Text header : stop.headers()) {
      response.putHeader(header.name(), header.value() == null ? "" : header.value());
    }
    return response.end(stop.body());
  }

  private static Future<Void> fail(Exchange exchange, Throwable e) {
    HttpServerResponse response = exchange.request().response();
    if (!response.headWritten()) {
      exchange.finish(response.headers());
    }
    return Future.failedFuture(e);
  }

  private static void refuse(HttpServerRequest request, Throwable e) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      response.reset();
      return;
    }
    if (!(e instanceof HttpFailure)) {
      log.error("bug: {} {} failed", request.method(), request.path(), e);
    }
    HttpFailure failure =
        e instanceof HttpFailure known ? known : new HttpFailure(500, "internal error");
    if (failure.status() == 413) {
      // The rest of the body is not read.
      response.putHeader("Connection", "close");
    }
    response
        .setStatusCode(failure.status())
        .putHeader("Content-Type", "application/json")
        .end(new JsonObject().put("error_msg", failure.reason()).toBuffer());
  }
}
