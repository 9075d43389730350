package io.understudy.daemon.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.audit.AuditLog;
import io.understudy.daemon.audit.Change;
import io.understudy.daemon.service.ReplicatedFeed;
import io.understudy.model.Position;
import io.understudy.model.config.InvalidConfigException;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminApiTest {
  private static final String READ = "read-0123456789abcdef";
  private static final String PROMOTE = "promote-0123456789abcdef";

  private final Vertx vertx = Vertx.vertx();
  private final HttpClient client = HttpClient.newHttpClient();
  private final AuditLog audit = new AuditLog(Clock.systemUTC(), 100);
  private final EventFeed events = new EventFeed(vertx, audit::after);
  private final ReplicatedFeed replicated = new ReplicatedFeed(vertx);
  @TempDir Path folder;
  private int port;

  @BeforeEach
  void listen() throws Exception {
    audit.onEntry(events::wake);
    port =
        api()
            .listen(vertx, "127.0.0.1", 0)
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS)
            .actualPort();
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    client.close();
  }

  @Test
  void missingTokenIsToldHowToComeAgain() throws Exception {
    assertError(get("/v1/services", ""), 401, "a bearer token is needed");
  }

  @Test
  void wrongTokenIsRefusedWithoutRepeatingIt() throws Exception {
    HttpResponse<String> answer = get("/v1/services", "wrong-0123456789abcdef");
    assertError(answer, 401, "this token is not known");
    assertThat(answer.body()).doesNotContain("wrong-0123456789abcdef");
  }

  @Test
  void roleThatIsTooSmallIsNamed() throws Exception {
    assertError(
        post("/v1/services/orders/promote", READ),
        403,
        "needs the role PROMOTE, the token has READ");
  }

  @Test
  void unknownServiceIsNamed() throws Exception {
    assertError(get("/v1/services/carts", READ), 404, "there is no service 'carts'");
    assertError(post("/v1/services/carts/promote", PROMOTE), 404, "there is no service 'carts'");
  }

  @Test
  void waitThatIsTooLongIsRefused() throws Exception {
    assertError(get("/v1/events?waitMillis=999999", READ), 400, "waitMillis '999999' is not");
  }

  @Test
  void eventArrivesAtWhoWaitsForIt() throws Exception {
    CompletableFuture<HttpResponse<String>> waiting =
        client.sendAsync(
            request("/v1/events?after=0&waitMillis=10000", READ).build(),
            HttpResponse.BodyHandlers.ofString());
    audit.record("orders", new Change("shift", "Calm", "Armed", "risk 0.40 >= 0.30"));
    JsonObject answer = new JsonObject(waiting.get(10, TimeUnit.SECONDS).body());
    assertThat(answer.getJsonArray("events").getJsonObject(0).getString("cause"))
        .isEqualTo("risk 0.40 >= 0.30");
  }

  @Test
  void healthAndMetricsNeedNoToken() throws Exception {
    assertThat(get("/healthz", "").statusCode()).isEqualTo(200);
    assertThat(get("/metrics", "").body()).contains("understudy_epoch");
  }

  @Test
  void portInUseIsAnError() {
    assertThatThrownBy(() ->
            api()
                .listen(vertx, "127.0.0.1", port)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(BindException.class);
  }

  @Test
  void positionCompletesWhoWaitsForItAndNobodyElse() throws Exception {
    Position first = Position.parse("1:0/100");
    CompletableFuture<ReplicatedFeed.Replicated> early = await(Position.NONE);
    CompletableFuture<ReplicatedFeed.Replicated> late = await(first);
    replicated.advance("orders", "eu-a", first);
    assertThat(early.get(10, TimeUnit.SECONDS).position()).isEqualTo(first);
    assertThat(late).isNotDone();
    replicated.advance("orders", "eu-a", Position.parse("1:0/80"));
    replicated.advance("orders", "eu-b", Position.parse("2:0/1"));
    assertThat(late.get(10, TimeUnit.SECONDS).primary()).isEqualTo("eu-b");
  }

  @Test
  void tokenFileWithMistakesNamesEveryLine() throws IOException {
    Path file = Files.writeString(folder.resolve("bad"), "# ok\nadmin 0123456789abcdef\nread x\n");
    assertThatThrownBy(() -> Tokens.read(file))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("bad:2: expected a role")
        .hasMessageContaining("bad:3: expected a role")
        .hasMessageNotContaining("0123456789abcdef");
  }

  private CompletableFuture<ReplicatedFeed.Replicated> await(Position after) {
    return replicated
        .await("orders", after, Duration.ofSeconds(30))
        .toCompletionStage()
        .toCompletableFuture();
  }

  private AdminApi api() throws IOException {
    Path tokens =
        Files.writeString(folder.resolve("tokens"), "read " + READ + "\npromote " + PROMOTE + "\n");
    return new AdminApi(Tokens.read(tokens), replicated, events, Clock.systemUTC());
  }

  private HttpResponse<String> get(String path, String token) throws Exception {
    return client.send(request(path, token).build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> post(String path, String token) throws Exception {
    return client.send(
        request(path, token).POST(HttpRequest.BodyPublishers.noBody()).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest.Builder request(String path, String token) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(Duration.ofSeconds(20));
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private static void assertError(HttpResponse<String> answer, int status, String text) {
    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(new JsonObject(answer.body()).getString("error")).contains(text);
  }
}
