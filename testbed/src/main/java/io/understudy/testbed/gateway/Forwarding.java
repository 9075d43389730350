package io.understudy.testbed.gateway;

import io.understudy.testbed.gateway.balance.Observation;
import io.understudy.testbed.gateway.balance.RetryRule;
import io.understudy.testbed.gateway.balance.RetryRule.Failure;
import io.understudy.testbed.gateway.config.Upstream.Node;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.RequestOptions;
import io.vertx.httpproxy.ProxyRequest;
import io.vertx.httpproxy.ProxyResponse;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Brings a request to an upstream's nodes, one after the other, until one answers. */
final class Forwarding {
  /** Says what a client of APISIX cannot see: the checker of histories needs it. */
  private static final String PASSED_OVER = "x-testbed-passed-over";

  private final Vertx vertx;
  private final HttpClient client;
  private final RetryRule rule;

  Forwarding(Vertx vertx, HttpClient client, RetryRule rule) {
    this.vertx = vertx;
    this.client = client;
    this.rule = rule;
  }

  /** Answers the client; fails with 502 or 504 when no node did. */
  Future<Void> forward(Exchange exchange, LiveUpstream upstream) {
    upstream.check();
    Course course = new Course(exchange, upstream);
    long retryMillis = upstream.ring().upstream().retryMillis();
    if (retryMillis == 0) {
      return course.start().compose(course::send);
    }
    long bell = vertx.setTimer(retryMillis, ignored -> course.retriesLeft = 0);
    return course.start().onComplete(done -> vertx.cancelTimer(bell)).compose(course::send);
  }

  /** One request's tries. */
  private final class Course {
    private final Exchange exchange;
    private final LiveUpstream upstream;
    private final ProxyRequest request;
    private final Set<Node> tried = new HashSet<>();
    private int retriesLeft;
    private @Nullable Node server;

    Course(Exchange exchange, LiveUpstream upstream) {
      this.exchange = exchange;
      this.upstream = upstream;
      this.retriesLeft = upstream.ring().upstream().retries();
      this.request = ProxyRequest.reverseProxy(exchange.request()).setURI(exchange.uri());
      request.headers().clear().addAll(exchange.upstreamHeaders());
    }

    /** The answer of the first node that gives one. */
    Future<ProxyResponse> start() {
      return upstream
          .ring()
          .next(tried)
          .map(this::attempt)
          .orElseGet(() -> Future.failedFuture(new HttpFailure(503, "no node has a weight")));
    }

    Future<Void> send(ProxyResponse response) {
      response.headers().remove("connection").remove("keep-alive");
      exchange.finish(response.headers());
      preferred().ifPresent(node -> response.headers().set(PASSED_OVER, node.address()));
      return response.send();
    }

    /** A node of a higher priority than the one that answered. */
    private Optional<Node> preferred() {
      int served = server == null ? Integer.MAX_VALUE : server.priority();
      return upstream.ring().upstream().nodes().stream()
          .filter(node -> node.weight() > 0 && node.priority() > served)
          .findFirst();
    }

    private Future<ProxyResponse> attempt(Node node) {
      tried.add(node);
      return client
          .request(options(node))
          .transform(connected ->
              connected.succeeded()
                  ? exchange(node, connected.result())
                  : failed(node, Failure.NOT_CONNECTED, connected.cause()));
    }

    private Future<ProxyResponse> exchange(Node node, HttpClientRequest sent) {
      exchange.request().response().closeHandler(ignored -> sent.reset());
      sent.authority(exchange.request().authority());
      return request
          .setBody(exchange.upstreamBody())
          .send(sent)
          .transform(answered ->
              answered.succeeded()
                  ? answered(node, answered.result())
                  : failed(node, failureOf(answered.cause()), answered.cause()));
    }

    private Future<ProxyResponse> answered(Node node, ProxyResponse response) {
      server = node;
      upstream.served(node, new Observation.Answered(response.getStatusCode()));
      Optional<Node> another =
          rule.rejects(exchange.method(), response.getStatusCode()) ? another() : Optional.empty();
      if (another.isEmpty()) {
        return Future.succeededFuture(response);
      }
      response.release();
      return attempt(another.get());
    }

    private Future<ProxyResponse> failed(Node node, Failure failure, Throwable cause) {
      boolean late = failure == Failure.TIMED_OUT || cause instanceof TimeoutException;
      upstream.served(node, late ? new Observation.TimedOut() : new Observation.Broken());
      HttpFailure answer =
          new HttpFailure(
              late ? 504 : 502, "node " + node.address() + " failed: " + cause.getMessage());
      Optional<Node> another =
          rule.allows(exchange.method(), failure) ? another() : Optional.empty();
      return another.map(this::attempt).orElseGet(() -> Future.failedFuture(answer));
    }

    /** Where to try again, if a try and a node are left. */
    private Optional<Node> another() {
      if (retriesLeft == 0 || exchange.request().response().closed()) {
        return Optional.empty();
      }
      retriesLeft--;
      return upstream.ring().next(tried);
    }

    private RequestOptions options(Node node) {
      var timeouts = upstream.ring().upstream().timeouts();
      return new RequestOptions()
          .setHost(node.host())
          .setPort(node.port())
          .setConnectTimeout(timeouts.connectMillis())
          .setIdleTimeout(timeouts.readMillis());
    }
  }

  private static Failure failureOf(Throwable cause) {
    return cause instanceof TimeoutException ? Failure.TIMED_OUT : Failure.BROKEN;
  }
}
