package io.understudy.testbed.demo;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;

/** Single requests of the demonstration itself, beside the load. */
final class FrontDoor {
  private static final Duration BOUND = Duration.ofSeconds(5);
  private static final int CREATED = 201;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(BOUND).build();

  /** Whether a new order is acknowledged through the gateway. */
  boolean takesOrders(int gatewayPort) {
    JsonObject order = new JsonObject().put("id", UUID.randomUUID().toString()).put("amount", 1);
    try {
      return post(gatewayPort, "/orders", order) == CREATED;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Lets a fault grow in an endpoint's application.
   *
   * @throws IOException if the application does not take it
   */
  void breakSlowly(Layout.Endpoint endpoint, String fault, double perSecond)
      throws IOException, InterruptedException {
    JsonObject body = new JsonObject().put("fault", fault).put("perSecond", perSecond);
    int status = post(endpoint.app(), "/faults", body);
    if (status / 100 != 2) {
      throw new IOException(
          "POST /faults " + body + " on " + endpoint.name() + " answered " + status);
    }
  }

  private int post(int port, String path, JsonObject body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .timeout(BOUND)
            .header("content-type", "application/json")
            .header("x-user-id", "demonstrator")
            .POST(HttpRequest.BodyPublishers.ofString(body.encode()))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
  }
}
