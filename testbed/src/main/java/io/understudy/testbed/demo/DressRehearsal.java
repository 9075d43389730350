package io.understudy.testbed.demo;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends first touches through an armed route of its own before the first order. A real gateway's
 * code is compiled when it is built; the stand-in's is compiled by use, and arming would be its
 * first use: it then takes longer than the objective that the arming is there to protect.
 */
final class DressRehearsal {
  private static final int REQUESTS = 4_000;
  private static final int CLIENTS = 2;
  private static final Duration BOUND = Duration.ofSeconds(30);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);
  private static final String ID = "rehearsal";
  private static final String PATH = "/healthz";

  private final Layout layout;
  private final String adminKey;
  private final LongSupplier nanos;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(ANSWER_MAX)
          .build();

  DressRehearsal(Layout layout, Secrets secrets, LongSupplier nanos) throws IOException {
    this.layout = layout;
    this.adminKey = Files.readString(secrets.gatewayKey()).strip();
    this.nanos = nanos;
  }

  /**
   * Rehearses until the code is warm or half a minute is over, and takes the route away again.
   *
   * @throws IOException if the gateway does not take the route
   */
  void run() throws IOException, InterruptedException {
    admin("PUT", "upstreams", upstream());
    admin("PUT", "routes", route());
    long end = nanos.getAsLong() + BOUND.toNanos();
    AtomicInteger left = new AtomicInteger(REQUESTS);
    List<Thread> clients = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      clients.add(Thread.ofVirtual().name("rehearsal-" + client).start(() -> touch(left, end)));
    }
    for (Thread client : clients) {
      client.join();
    }
    admin("DELETE", "routes", null);
    admin("DELETE", "upstreams", null);
  }

  private void touch(AtomicInteger left, long end) {
    try {
      for (int n = left.decrementAndGet();
          n >= 0 && nanos.getAsLong() < end;
          n = left.decrementAndGet()) {
        HttpRequest request =
            at(layout.gateway(), PATH).header("x-user-id", "rehearsal-" + n).GET().build();
        http.send(request, HttpResponse.BodyHandlers.ofString());
      }
    } catch (IOException e) {
      left.set(0); // Nobody is waiting; the run itself will meet whatever is broken, and say so.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private JsonObject upstream() {
    JsonArray nodes = new JsonArray();
    for (Layout.Endpoint endpoint : layout.endpoints()) {
      nodes.add(
          new JsonObject().put("host", "127.0.0.1").put("port", endpoint.app()).put("weight", 1));
    }
    return new JsonObject().put("type", "roundrobin").put("nodes", nodes);
  }

  /** As the daemon compiles an armed route. */
  private static JsonObject route() {
    JsonObject host =
        new JsonObject()
            .put(
                "_meta",
                new JsonObject().put("filter", condition("cookie_us_b", "!", "~~", "^[0-9]{1,4}$")))
            .put("allow_degradation", true)
            .put(
                "conf",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("name", "understudy")
                            .put(
                                "value",
                                new JsonObject().put("service", Layout.SERVICE).encode())));
    JsonArray match =
        new JsonArray()
            .add(new JsonObject().put("vars", condition("cookie_us_b", "<", 2_500)))
            .add(new JsonObject().put("vars", condition("http_x_us_rehearsal", "==", "shadow")));
    JsonArray targets =
        new JsonArray().add(new JsonObject().put("upstream_id", ID).put("weight", 1));
    JsonObject split =
        new JsonObject()
            .put(
                "rules",
                new JsonArray()
                    .add(new JsonObject().put("match", match).put("weighted_upstreams", targets)));
    return new JsonObject()
        .put("uri", PATH)
        .put("methods", new JsonArray().add("GET"))
        .put("upstream_id", ID)
        .put(
            "plugins",
            new JsonObject().put("ext-plugin-pre-req", host).put("traffic-split", split));
  }

  private static JsonArray condition(Object... parts) {
    return new JsonArray().add(new JsonArray(List.of(parts)));
  }

  private void admin(String method, String kind, @Nullable JsonObject body)
      throws IOException, InterruptedException {
    String path = "/apisix/admin/" + kind + "/" + ID;
    HttpRequest.BodyPublisher content =
        body == null
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofString(body.encode());
    HttpRequest request =
        at(layout.gatewayAdmin(), path)
            .header("X-API-KEY", adminKey)
            .method(method, content)
            .build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (answer.statusCode() / 100 != 2) {
      throw new IOException(
          method + " " + path + " answered " + answer.statusCode() + ": " + answer.body());
    }
  }

  private static HttpRequest.Builder at(int port, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(ANSWER_MAX);
  }
}
