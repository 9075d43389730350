package io.understudy.testbed.demo;

import io.understudy.testbed.check.Answer.Acknowledged;
import io.understudy.testbed.check.Call;
import io.understudy.testbed.check.StoredOrder;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** Reads every order that was ever acknowledged from one endpoint, past gateway and cookies. */
final class ReadBack {
  private static final Duration BOUND = Duration.ofSeconds(10);
  private static final int AT_ONCE = 8;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(BOUND).build();
  private final Layout.Endpoint endpoint;

  ReadBack(Layout.Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * The orders that the endpoint has, by id; one that it does not have is absent.
   *
   * @throws IOException if it answers neither 200 nor 404, or another endpoint answers
   */
  Map<String, StoredOrder> acknowledgedIn(List<Call> calls)
      throws IOException, InterruptedException {
    List<Call> oneByOrder =
        calls.stream()
            .filter(call -> call.answer() instanceof Acknowledged)
            .collect(Collectors.toMap(call -> call.operation().order(), call -> call, (a, b) -> a))
            .values()
            .stream()
            .toList();
    Map<String, StoredOrder> stored = new ConcurrentHashMap<>();
    List<Future<?>> reads = new ArrayList<>();
    try (ExecutorService readers = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Call call : oneByOrder) {
        reads.add(readers.submit(() -> read(call, stored)));
      }
      for (Future<?> read : reads) {
        read.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("reading back from " + endpoint.name() + ": " + e.getCause(), e);
    }
    return stored;
  }

  private boolean read(Call call, Map<String, StoredOrder> stored)
      throws IOException, InterruptedException {
    String order = call.operation().order();
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + endpoint.app() + "/orders/" + order))
            .timeout(BOUND)
            .header("x-user-id", call.user())
            .build();
    HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() == 404) {
      return false;
    }
    String by = response.headers().firstValue("X-Endpoint").orElse("");
    if (response.statusCode() != 200 || !by.equals(endpoint.name())) {
      throw new IOException(
          "order " + order + ": status " + response.statusCode() + " from '" + by + "'");
    }
    JsonObject shown = new JsonObject(response.body());
    stored.put(
        order,
        new StoredOrder(
            shown.getString("user"), shown.getInteger("amount"), shown.getInteger("version")));
    return true;
  }
}
