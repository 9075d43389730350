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

/** Asks the daemon's Admin API; every call blocks its (virtual) thread and is bounded. */
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

  private JsonObject get(String path, Duration bound) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base + path))
            .timeout(bound)
            .header("Authorization", "Bearer " + token)
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() != 200) {
      throw new IOException(path + " answered " + response.statusCode() + ": " + response.body());
    }
    return new JsonObject(response.body());
  }
}
