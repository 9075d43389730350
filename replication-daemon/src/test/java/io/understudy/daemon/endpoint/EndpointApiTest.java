package io.understudy.daemon.endpoint;

import static io.understudy.daemon.endpoint.EndpointProcesses.PROMOTE;
import static io.understudy.daemon.endpoint.EndpointProcesses.READ;
import static io.understudy.daemon.endpoint.Service.LONG;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.command.Commands;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Position;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Three endpoints' daemons with TLS between them, asked over HTTP; the last test promotes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EndpointApiTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final List<String> NAMES = List.of("eu-a", "eu-b", "eu-c");
  private static final List<EmbeddedPostgres> SERVERS = new ArrayList<>();
  private static final List<TestDatabase> DATABASES = new ArrayList<>();

  @TempDir static Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private static EndpointProcesses processes;

  @BeforeAll
  static void start() throws Exception {
    for (String name : NAMES) {
      SERVERS.add(TestDatabase.startServer());
      TestDatabase database = TestDatabase.on(SERVERS.getLast(), name);
      database.execute("CREATE TABLE orders (id serial PRIMARY KEY, note text)");
      DATABASES.add(database);
    }
    processes = new EndpointProcesses(folder, "orders", DATABASES, 1);
    processes.startAll();
    Await.until("eu-a is open", LONG, () -> status("eu-a").getBoolean("open"));
  }

  @AfterAll
  static void stop() throws IOException {
    processes.close();
    for (EmbeddedPostgres server : SERVERS) {
      server.close();
    }
    CLIENT.close();
  }

  private static HttpRequest.Builder request(String endpoint, String path, String token) {
    return HttpRequest.newBuilder(URI.create("http://" + processes.api(endpoint) + path))
        .timeout(Duration.ofSeconds(40))
        .header("Authorization", "Bearer " + token);
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static JsonObject status(String endpoint) throws Exception {
    return new JsonObject(send(request(endpoint, "/status", READ)).body());
  }

  private static HttpResponse<String> promote(String token, String body) throws Exception {
    return send(request("eu-b", "/promote", token).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  @Order(1)
  void heartbeatsReachEveryShadow() throws Exception {
    long begun = System.currentTimeMillis();
    for (String voter : List.of("eu-b", "eu-c")) {
      Await.until("a heartbeat", LONG, () -> status(voter).getLong("readingMillis", 0L) > begun);
      JsonObject status = status(voter);
      assertThat(status.getString("role")).isEqualTo("voter");
      assertThat(status.getString("phase")).isEqualTo("FOLLOWING");
      assertThat(status.getLong("epoch")).isEqualTo(1);
      assertThat(status.getString("trouble")).isNull();
    }
    assertThat(status("eu-a").getJsonArray("voters").size()).isEqualTo(2);
    assertThat(processes.failures()).isEmpty();
  }

  @Test
  @Order(2)
  void whoWaitsHearsOfTheNextReplicatedPosition() throws Exception {
    Position before = Position.parse(status("eu-a").getString("replicated"));
    HttpResponse<String> answer =
        send(request("eu-a", "/replicated?after=" + before + "&waitMillis=10000", READ));
    assertThat(Position.parse(new JsonObject(answer.body()).getString("position")))
        .isGreaterThan(before);
    assertThat(send(request("eu-b", "/replicated", READ)).statusCode()).isEqualTo(409);
  }

  @Test
  @Order(3)
  void everyoneMaySeeHealthAndMetrics() throws Exception {
    assertThat(send(request("eu-a", "/healthz", "")).statusCode()).isEqualTo(200);
    Await.until("rounds", LONG, () -> metrics("eu-a").contains("understudy_slot_retained_bytes{"));
    assertThat(metrics("eu-a"))
        .contains("understudy_open{service=\"orders\",endpoint=\"eu-a\",} 1.0")
        .contains("understudy_captured_lsn_bytes{", "understudy_journalled_lsn_bytes{")
        .contains("understudy_replicated_lsn_bytes{", "understudy_ack_seconds_count{")
        .contains("understudy_voter_lag_bytes{service=\"orders\",endpoint=\"eu-b\",}");
    assertThat(metrics("eu-b"))
        .contains("understudy_shadow_applied_lsn_bytes{", "understudy_shadow_lag_seconds{")
        .contains("understudy_shadow_lag_bytes{", "understudy_group_changes_count{")
        .contains("understudy_shadow_retries_total{");
  }

  private static String metrics(String endpoint) throws Exception {
    return send(request(endpoint, "/metrics", "")).body();
  }

  @Test
  @Order(4)
  void whatIsNotAllowedOrNotUnderstoodIsRefused() throws Exception {
    assertThat(send(request("eu-a", "/status", "wrong-0123456789abcdef")).statusCode())
        .isEqualTo(401);
    assertThat(promote(READ, "{\"candidate\": \"eu-b\"}").statusCode()).isEqualTo(403);
    assertThat(promote(PROMOTE, "{}").body()).contains("candidate is missing");
    assertThat(promote(PROMOTE, "not JSON").statusCode()).isEqualTo(400);
    assertThat(promote(PROMOTE, "{\"candidate\": \"mars\"}").body())
        .contains("endpoint 'mars' is none of service 'orders'");
    assertThat(status("eu-a").getBoolean("open")).isTrue();
  }

  @Test
  @Order(5)
  void aCopyThatHasFailedIsMadeAnew() throws Exception {
    TestDatabase shadow = DATABASES.get(2);
    shadow.execute("ALTER TABLE orders ADD CONSTRAINT odd CHECK (note <> 'odd')");
    DATABASES.getFirst().execute("INSERT INTO orders (note) VALUES ('odd')");
    Await.until("stopped", LONG, () -> status("eu-c").getString("failure") != null);
    assertThat(status("eu-c").getString("failure")).contains("orders").doesNotContain("'odd'");
    shadow.execute("ALTER TABLE orders DROP CONSTRAINT odd");
    HttpRequest.Builder order =
        request("eu-c", "/reseed", PROMOTE).POST(HttpRequest.BodyPublishers.noBody());
    assertThat(send(order).statusCode()).isEqualTo(200);
    Await.until("anew", LONG, () -> status("eu-c").getString("failure") == null);
    DATABASES.getFirst().execute("INSERT INTO orders (note) VALUES ('even')");
    Await.until("equal", LONG, () -> shadow.contents().equals(DATABASES.getFirst().contents()));
  }

  private static HttpResponse<String> durability(String endpoint, String token, String worth)
      throws Exception {
    String body = "{\"durability\": \"" + worth + "\"}";
    return send(
        request(endpoint, "/durability", token).POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  @Order(6)
  void whetherCommitsWaitIsSwitchedAtRunTime() throws Exception {
    assertThat(durability("eu-a", READ, "async").statusCode()).isEqualTo(403);
    assertThat(durability("eu-a", PROMOTE, "maybe").statusCode()).isEqualTo(400);
    HttpResponse<String> voter = durability("eu-b", PROMOTE, "async");
    assertThat(voter.statusCode()).isEqualTo(409);
    assertThat(voter.body()).contains("ask the primary's daemon");
    assertThat(status("eu-a").getString("durability")).isEqualTo("quorum");
    assertThat(metrics("eu-a"))
        .contains("understudy_commits_wait{service=\"orders\",endpoint=\"eu-a\",} 1.0");

    HttpResponse<String> relaxed = durability("eu-a", PROMOTE, "async");
    assertThat(relaxed.statusCode()).as(relaxed.body()).isEqualTo(200);
    assertThat(status("eu-a").getString("durability")).isEqualTo("async");
    assertThat(DATABASES.getFirst().query("SHOW synchronous_standby_names")).isEmpty();
    HttpResponse<String> declined = promote(PROMOTE, "{\"candidate\": \"eu-b\"}");
    assertThat(declined.statusCode()).isEqualTo(409);
    assertThat(declined.body()).contains("allow data loss");

    HttpResponse<String> tightened = durability("eu-a", PROMOTE, "quorum");
    assertThat(tightened.statusCode()).as(tightened.body()).isEqualTo(200);
    assertThat(status("eu-a").getString("durability")).isEqualTo("quorum");
    assertThat(DATABASES.getFirst().query("SHOW synchronous_standby_names")).startsWith("ANY 1");
  }

  @Test
  @Order(7)
  void shadowsAreComparedAndRepairedByCommand() throws Exception {
    assertThat(command("verify", "orders")).as(said.toString(UTF_8)).isZero();
    assertThat(said.toString(UTF_8)).contains("eu-b: equal at 1:").contains("eu-c: equal at 1:");
    TestDatabase shadow = DATABASES.get(2);
    shadow.execute(
        "SET session_replication_role = replica; UPDATE orders SET note = 'secret' WHERE id = 1");
    assertThat(command("verify", "orders", "--json")).isEqualTo(1);
    JsonArray shadows = new JsonObject(said.toString(UTF_8)).getJsonArray("shadows");
    assertThat(shadows.getJsonObject(0).getBoolean("equal")).isTrue();
    assertThat(shadows.getJsonObject(1).getString("endpoint")).isEqualTo("eu-c");
    assertThat(shadows.getJsonObject(1).getJsonArray("differences").getString(0))
        .contains("public.orders", "1 changed", "keys [1] to [1]")
        .doesNotContain("secret");
    assertThat(status("eu-c").getString("phase")).isEqualTo("DIVERGED");
    assertThat(status("eu-c").getString("diverged")).contains("public.orders");

    assertThat(command("repair", "orders", "eu-a")).isEqualTo(1);
    assertThat(said.toString(UTF_8)).contains("eu-a is the primary", "ask a shadow's daemon");
    assertThat(command("repair", "orders", "eu-c")).as(said.toString(UTF_8)).isZero();
    assertThat(said.toString(UTF_8)).contains("rows were sent; equal at 1:");
    assertThat(status("eu-c").getString("phase")).isEqualTo("FOLLOWING");
    assertThat(command("repair", "orders", "mars")).isEqualTo(2);
    assertThat(said.toString(UTF_8)).contains("service 'orders' has no endpoint 'mars'");
  }

  /** What it says is in {@link #said}. */
  private int command(String... arguments) throws IOException {
    StringBuilder text =
        new StringBuilder("hazelcast: {members: [\"127.0.0.1:1\"]}\n")
            .append("services:\n  - name: orders\n    uris: [\"/orders/*\"]\n    endpoints:\n");
    for (TestDatabase database : DATABASES) {
      text.append("      - {name: ")
          .append(database.endpoint())
          .append(", region: eu, host: 127.0.0.1, port: 1, daemon: \"")
          .append(processes.api(database.endpoint()))
          .append("\", database: {host: 127.0.0.1, port: 1, name: orders, user: u,")
          .append(" applicationRole: r}}\n");
    }
    Path token = Files.writeString(folder.resolve("promote.token"), PROMOTE);
    text.append(
            "policies:\n  - {service: orders, k: 1}\ndaemon: {listen: \"127.0.0.1:0\", tokenFile: ")
        .append(folder.resolve("tokens"))
        .append(", stateFolder: ")
        .append(folder.resolve("state"))
        .append(", endpoints: {control: ")
        .append(processes.control())
        .append(", tokenFile: ")
        .append(token)
        .append("}}\n");
    Path config = Files.writeString(folder.resolve("understudy.yaml"), text);
    List<String> whole = new ArrayList<>(List.of(arguments));
    whole.addAll(List.of("--config", config.toString()));
    said.reset();
    PrintStream out = new PrintStream(said, true, UTF_8);
    return Commands.run(whole.toArray(String[]::new), Clock.systemUTC(), out, out);
  }

  /** With nextval seen by clients and rows that only the old primary has, in no order. */
  @Test
  @Order(8)
  void aPromotedShadowHandsOutNewValues() throws Exception {
    TestDatabase old = DATABASES.getFirst();
    old.execute("INSERT INTO orders (note) SELECT 'note' FROM generate_series(1, 40)");
    long seen = Long.parseLong(old.query("SELECT nextval('orders_id_seq')"));
    Await.until(
        "the sequence is noted on the shadow",
        LONG,
        () ->
            DATABASES
                .get(1)
                .query(
                    "SELECT coalesce(max(last_value), 0) >= "
                        + seen
                        + " FROM understudy.sequences WHERE sequence_name = 'orders_id_seq'")
                .equals("t"));
    HttpResponse<String> answer = promote(PROMOTE, "{\"candidate\": \"eu-b\"}");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    assertThat(new JsonObject(answer.body()).getString("primary")).isEqualTo("eu-b");
    assertThat(status("eu-b").getBoolean("open")).isTrue();
    assertThat(Long.parseLong(DATABASES.get(1).query("SELECT nextval('orders_id_seq')")))
        .isGreaterThan(seen);
    long opened = System.currentTimeMillis();
    Await.until(
        "eu-c goes on under eu-b",
        LONG,
        () -> status("eu-c").getLong("readingMillis", 0L) > opened);
    assertThat(processes.failures()).isEmpty();
  }
}
