package io.understudy.risk;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.understudy.model.RiskScore;
import io.understudy.model.config.Topology;
import io.understudy.model.config.Topology.Slo;
import io.understudy.risk.config.RiskConfig;
import io.understudy.risk.model.ModelStore;
import io.understudy.risk.model.RiskModel;
import io.understudy.risk.source.MetricNames;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * From an application's metrics text to the score in a real Hazelcast member, over real sockets.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RiskServiceTest {
  private static final Duration INTERVAL = Duration.ofMillis(100);

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicInteger scrapes = new AtomicInteger();
  private HazelcastInstance member;
  private HttpServer application;
  private RiskService service;
  private int port;

  @BeforeAll
  void start() throws Exception {
    int memberPort = freePort();
    member = member(memberPort);
    application =
        vertx
            .createHttpServer()
            .requestHandler(request -> request.response().end(leaking(scrapes.incrementAndGet())))
            .listen(0, "127.0.0.1")
            .await();
    int nobody = freePort();
    RiskConfig config =
        new RiskConfig(
            topology(memberPort, application.actualPort(), nobody),
            new RiskConfig.Address("127.0.0.1", 0),
            INTERVAL,
            INTERVAL.multipliedBy(4).dividedBy(5),
            Duration.ofSeconds(2),
            Optional.empty(),
            0.3,
            MetricNames.DEFAULT);
    service =
        new RiskService(
            config,
            RiskModel.load(ModelStore.coldStart()),
            new RiskService.Clocks(InstantSource.system(), System::nanoTime));
    port = service.start().await().actualPort();
  }

  @AfterAll
  void stop() {
    service.close();
    member.shutdown();
    vertx.close().await();
  }

  @Test
  void leakRaisesThePublishedScoreAndNamesTheHeap() {
    await(() -> score("eu-a").map(RiskScore::score).orElse(0.0) > 0.5);
    await(() -> score("eu-a").stream().anyMatch(score -> !score.reasons().isEmpty()));
    RiskScore score = score("eu-a").orElseThrow();
    assertThat(score.reasons()).extracting(RiskScore.Contribution::metric).contains("heap");
    assertThat(score.modelVersion()).startsWith("simulated-");
  }

  @Test
  void endpointThatIsGoneIsDown() {
    await(() -> score("eu-b").map(RiskScore::score).orElse(0.0) > 0.95);
    assertThat(score("eu-b").orElseThrow().horizonSeconds()).isZero();
    assertThat(get("/v1/risk/orders/eu-b").body()).contains("\"certainty\":\"dead\"");
  }

  @Test
  void interfaceExplainsAnEndpoint() {
    await(() -> get("/v1/risk/orders/eu-a").body().contains("\"heap\":0."));
    JsonObject one = new JsonObject(get("/v1/risk/orders/eu-a").body());
    assertThat(one.getJsonObject("heads").fieldNames()).contains("nowcast", "forecast-30");
    assertThat(one.getJsonObject("measured").getDouble("heap")).isPositive();
    assertThat(one.getJsonObject("explanation").getJsonArray("contributions")).isNotEmpty();
    assertThat(new JsonObject(get("/v1/risk").body()).getJsonArray("endpoints")).hasSize(2);
  }

  @Test
  void unknownEndpointIsNotFoundAndTheKnownOnesAreNamed() {
    await(() -> get("/v1/risk/orders/eu-a").statusCode() == 200);
    HttpResponse<String> answer = get("/v1/risk/orders/nowhere");
    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).contains("no endpoint 'orders/nowhere'").contains("orders/eu-a");
  }

  @Test
  void ownMetricsTellScoresAndScrapes() {
    await(() -> get("/metrics").body().contains("understudy_risk_score{service=\"orders\""));
    await(() -> get("/metrics").body().contains("understudy_risk_scrape_failures_total"));
    assertThat(get("/metrics").body())
        .contains("understudy_risk_model_info{version=\"simulated-")
        .contains("understudy_risk_scrape_up{service=\"orders\",endpoint=\"eu-a\",} 1.0")
        .contains("understudy_risk_scrape_up{service=\"orders\",endpoint=\"eu-b\",} 0.0")
        .contains("understudy_risk_ticks_total{outcome=\"done\",}")
        .contains("understudy_risk_tick_seconds_count");
    assertThat(get("/healthz").statusCode()).isEqualTo(200);
  }

  private Optional<RiskScore> score(String endpoint) {
    return Optional.ofNullable(
        member.<String, RiskScore>getMap(RiskScore.MAP).get(RiskScore.key("orders", endpoint)));
  }

  /** An application whose live set grows by a hundredth of its heap with every scrape. */
  private static String leaking(int scrape) {
    double live = Math.min(0.85, 0.2 + Math.max(0, scrape - 40) * 0.01);
    return """
    http_request_duration_seconds_bucket{method="GET",outcome="ok",le="0.01"} %1$d
    http_request_duration_seconds_bucket{method="GET",outcome="ok",le="0.1"} %2$d
    http_request_duration_seconds_bucket{method="GET",outcome="ok",le="+Inf"} %2$d
    http_request_duration_seconds_sum{method="GET",outcome="ok"} %3$f
    http_request_duration_seconds_count{method="GET",outcome="ok"} %2$d
    process_cpu_seconds_total %3$f
    app_heap_live_bytes %4$f
    app_heap_max_bytes 1
    app_gc_seconds_total %5$f
    app_connections_active 2
    app_connections_max 16
    app_inflight_requests 1
    """
        .formatted(scrape * 6, scrape * 7, scrape * 0.03, live, scrape * 0.001);
  }

  private static Topology topology(int memberPort, int applicationPort, int nobody) {
    Topology.Service orders =
        new Topology.Service(
            "orders",
            List.of("/orders"),
            new Slo(250, 0.01),
            List.of(endpoint("eu-a", applicationPort), endpoint("eu-b", nobody)));
    return new Topology(List.of("127.0.0.1:" + memberPort), List.of(orders));
  }

  private static Topology.Endpoint endpoint(String name, int port) {
    Topology.Database none =
        new Topology.Database("127.0.0.1", 5432, "none", "none", Optional.empty(), "none");
    return new Topology.Endpoint(name, "eu", "127.0.0.1", port, "/metrics", none);
  }

  private HttpResponse<String> get(String path) {
    URI uri = URI.create("http://127.0.0.1:" + port + path);
    return http.sendAsync(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
        .join();
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("waited 60 s").isLessThan(deadline);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static HazelcastInstance member(int port) {
    Config config = new Config();
    config.setClusterName("understudy");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.getNetworkConfig().setPort(port).setPortAutoIncrement(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    return Hazelcast.newHazelcastInstance(config);
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
