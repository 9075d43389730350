package io.understudy.risk.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.config.Topology;
import io.understudy.model.config.Topology.Slo;
import io.understudy.risk.feature.Metric;
import io.understudy.risk.feature.Sample;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against a real server on loopback that does what servers in trouble do. */
final class EndpointSourceTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SHORT_PATIENCE = Duration.ofMillis(300);
  private static final String METRICS =
      """
      app_heap_live_bytes 1
      app_heap_max_bytes 4
      """;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() {
    vertx.close().await();
  }

  @Test
  void healthyEndpointIsScrapedAndProbed() {
    EndpointSource source = source(request -> request.response().end(METRICS));
    Sample sample = source.sample().await();
    assertThat(sample.get(Metric.HEAP)).isEqualTo(0.25);
    assertThat(sample.get(Metric.LOSS)).isZero();
    assertThat(sample.get(Metric.CONNECT_TIME)).isPositive();
    assertThat(source.failing()).isEmpty();
  }

  @Test
  void serverThatNeverAnswersIsMissingInTime() {
    EndpointSource source = source(server(request -> {}).actualPort(), SHORT_PATIENCE);
    long begin = System.nanoTime();
    Sample sample = source.sample().await();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(PATIENCE);
    assertMissing(source, sample, "TOO_SLOW");
  }

  @Test
  void answerThatDripsIsMissingInTime() {
    HttpServer dripping =
        server(request -> {
          request.response().setChunked(true).write(METRICS);
          vertx.setPeriodic(20, drip -> request.response().write("x 1\n"));
        });
    EndpointSource source = source(dripping.actualPort(), SHORT_PATIENCE);
    assertMissing(source, source.sample().await(), "TOO_SLOW");
  }

  @Test
  void statusOfTroubleIsMissing() {
    EndpointSource source = source(request -> request.response().setStatusCode(500).end(METRICS));
    assertMissing(source, source.sample().await(), "STATUS");
  }

  @Test
  void halfABodyIsMissing() {
    EndpointSource source =
        source(request -> {
          request.response().putHeader("Content-Length", "9999").write(METRICS);
          vertx.setTimer(20, later -> request.connection().close());
        });
    assertMissing(source, source.sample().await(), "BROKEN_OFF");
  }

  @Test
  void endlessBodyIsCutOff() {
    Buffer megabyte = Buffer.buffer("x".repeat(1 << 20));
    EndpointSource source =
        source(request -> {
          request.response().setChunked(true);
          for (int i = 0; i < 10; i++) {
            request.response().write(megabyte);
          }
        });
    assertMissing(source, source.sample().await(), "TOO_LARGE");
  }

  @Test
  void webPageIsNoMetrics() {
    EndpointSource source = source(request -> request.response().end("<html><body>Hello"));
    assertMissing(source, source.sample().await(), "NO_SERIES");
  }

  @Test
  void nobodyThereIsDead() {
    HttpServer server = server(request -> {});
    int port = server.actualPort();
    server.close().await();
    EndpointSource source = source(port, PATIENCE);
    Sample sample = source.sample().await();
    assertThat(sample.dead()).isTrue();
    assertThat(source.failing()).contains("UNREACHABLE");
  }

  @Test
  void endpointRecovers() {
    boolean[] broken = {true};
    EndpointSource source =
        source(request -> request.response().setStatusCode(broken[0] ? 503 : 200).end(METRICS));
    assertMissing(source, source.sample().await(), "STATUS");
    broken[0] = false;
    assertThat(source.sample().await().get(Metric.HEAP)).isEqualTo(0.25);
    assertThat(source.failing()).isEmpty();
  }

  @Test
  void jitterIsThatOfTheRfc() {
    Jitter jitter = new Jitter();
    assertThat(jitter.next(10)).isNaN();
    assertThat(jitter.next(26)).isEqualTo(1); // (16 - 0) / 16
    assertThat(jitter.next(26)).isEqualTo(1 - 1 / 16.0);
  }

  private static void assertMissing(EndpointSource source, Sample sample, String cause) {
    assertThat(sample.answered()).isFalse();
    assertThat(sample.get(Metric.HEAP)).isNaN();
    assertThat(sample.get(Metric.LOSS)).isZero(); // its port is open: it is not dead
    assertThat(source.failing()).isEqualTo(Optional.of(cause));
  }

  private HttpServer server(Handler<HttpServerRequest> handler) {
    return vertx.createHttpServer().requestHandler(handler).listen(0, "127.0.0.1").await();
  }

  private EndpointSource source(Handler<HttpServerRequest> handler) {
    return source(server(handler).actualPort(), PATIENCE);
  }

  private EndpointSource source(int port, Duration patience) {
    Topology.Database none =
        new Topology.Database("127.0.0.1", 5432, "none", "none", Optional.empty(), "none");
    Topology.Endpoint endpoint =
        new Topology.Endpoint("eu-a", "eu", "127.0.0.1", port, "/metrics", none);
    Topology.Service service =
        new Topology.Service("orders", List.of("/*"), new Slo(250, 0.01), List.of(endpoint));
    return new EndpointSource(
        new Target(service, endpoint),
        MetricNames.DEFAULT,
        new EndpointSource.Shared(
            vertx, vertx.createHttpClient(), vertx.createNetClient(), patience, System::nanoTime));
  }
}
