package io.understudy.testbed.demo;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Talks to the daemon's Admin API; every call blocks its (virtual) thread and is bounded. */
final class DaemonClient {
  private static final Duration BOUND = Duration.ofSeconds(5);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(BOUND).build();
  private final String base;
  private final String token;

  DaemonClient(int port, String token) {
    this.base = "http://127.0.0.1:" + port + "/v1";
    this.token = token;
  }

  JsonObject service(String name) throws IOException, InterruptedException {
    return get("/services/" + name, BOUND);
  }

  /** Newest risk score by endpoint. */
  Map<String, Double> risks(String service) throws IOException, InterruptedException {
    Map<String, Double> scores = new TreeMap<>();
    JsonObject answer = get("/services/" + service + "/risk", BOUND);
    for (JsonObject risk : ServiceSeen.objects(answer.getJsonArray("risk"))) {
      scores.put(risk.getString("endpoint"), risk.getDouble("score"));
    }
    return scores;
  }

  /** Events after a number, as soon as there is one or the wait is over. */
  List<AuditEvent> events(long after, Duration wait) throws IOException, InterruptedException {
    JsonObject answer =
        get("/events?after=" + after + "&waitMillis=" + wait.toMillis(), BOUND.plus(wait));
    return ServiceSeen.objects(answer.getJsonArray("events")).stream()
        .map(AuditEvent::read)
        .toList();
  }

  /** Lets no user move until {@link #release}, at most for so long. */
  void freeze(String service, Duration atMost) throws IOException, InterruptedException {
    post(
        "/services/" + service + "/freeze",
        new JsonObject().put("minutes", Math.max(1, atMost.toMinutes())));
  }

  /** Ends the order that is in force; the daemon decides again. */
  void release(String service) throws IOException, InterruptedException {
    post("/services/" + service + "/release", new JsonObject());
  }

  private JsonObject get(String path, Duration bound) throws IOException, InterruptedException {
    return send(path, request(path, bound).build());
  }

  private void post(String path, JsonObject body) throws IOException, InterruptedException {
    HttpRequest.BodyPublisher content = HttpRequest.BodyPublishers.ofString(body.encode());
    send(path, request(path, BOUND).POST(content).build());
  }

  private HttpRequest.Builder request(String path, Duration bound) {
    return HttpRequest.newBuilder(URI.create(base + path))
        .timeout(bound)
        .header("Authorization", "Bearer " + token);
  }

  private JsonObject send(String path, HttpRequest request)
      throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(path + " answered " + response.statusCode() + ": " + response.body());
    }
    return new JsonObject(response.body());
  }
}
