package io.understudy.testbed.load;

import io.understudy.testbed.check.Answer;
import io.understudy.testbed.check.Operation;
import io.understudy.testbed.check.Operation.Change;
import io.understudy.testbed.check.Operation.Create;
import io.understudy.testbed.check.Operation.Read;
import io.understudy.testbed.check.StoredOrder;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Speaks the sample application's HTTP for one customer at a time; never retries. */
final class OrdersClient {
  private static final Duration CONNECT = Duration.ofSeconds(2);

  /** Set by the test bed's gateway when the endpoint that it prefers did not answer. */
  private static final String PASSED_OVER = "x-testbed-passed-over";

  private final HttpClient http;
  private final int port;
  private final Duration timeout;

  OrdersClient(HttpClient http, int port, Duration timeout) {
    this.http = http;
    this.port = port;
    this.timeout = timeout;
  }

  /** Sends an operation; the future never fails, because no answer is an answer as well. */
  Future<Answer> send(Customer customer, Operation operation) {
    return http.request(options(customer, operation))
        .compose(request -> {
          Buffer body = body(operation);
          return body == null ? request.send() : request.send(body);
        })
        .compose(response -> {
          response.cookies().forEach(customer.cookies()::accept);
          return response.body().map(body -> answer(operation, response, body));
        })
        .otherwise(OrdersClient::noAnswer);
  }

  private RequestOptions options(Customer customer, Operation operation) {
    RequestOptions options =
        new RequestOptions()
            .setHost("127.0.0.1")
            .setPort(port)
            .setMethod(method(operation))
            .setURI(operation instanceof Create ? "/orders" : "/orders/" + operation.order())
            .setConnectTimeout(CONNECT.toMillis())
            .setTimeout(timeout.toMillis())
            .putHeader("x-user-id", customer.person().id())
            .putHeader("x-user-group", customer.person().group())
            .putHeader("x-user-region", customer.person().region());
    if (!customer.cookies().isEmpty()) {
      options.putHeader("cookie", customer.cookies().header());
    }
    return options;
  }

  private static HttpMethod method(Operation operation) {
    return switch (operation) {
      case Create create -> HttpMethod.POST;
      case Change change -> HttpMethod.PUT;
      case Read read -> HttpMethod.GET;
    };
  }

  private static @Nullable Buffer body(Operation operation) {
    return switch (operation) {
      case Create(String order, int amount) ->
          new JsonObject().put("id", order).put("amount", amount).toBuffer();
      case Change(String order, int amount) -> new JsonObject().put("amount", amount).toBuffer();
      case Read read -> null;
    };
  }

  private static Answer answer(Operation operation, HttpClientResponse response, Buffer body) {
    int status = response.statusCode();
    String endpoint = header(response, "x-endpoint");
    if (status / 100 != 2) {
      String outcome = header(response, "x-understudy-outcome");
      String refused = header(response, "x-understudy-refused");
      return new Answer.Failed(status, endpoint, (outcome + " " + refused).strip());
    }
    try {
      JsonObject order = body.toJsonObject();
      return operation instanceof Read
          ? new Answer.Shown(endpoint, stored(order), response.getHeader(PASSED_OVER) != null)
          : new Answer.Acknowledged(endpoint, order.getInteger("version"));
    } catch (DecodeException | ClassCastException | NullPointerException e) {
      return new Answer.Failed(status, endpoint, "unreadable answer: " + e.getMessage());
    }
  }

  private static StoredOrder stored(JsonObject order) {
    return new StoredOrder(
        order.getString("user"), order.getInteger("amount"), order.getInteger("version"));
  }

  private static String header(HttpClientResponse response, String name) {
    String value = response.getHeader(name);
    return value == null ? "" : value;
  }

  private static Answer noAnswer(Throwable cause) {
    return new Answer.Failed(0, "", cause.getClass().getSimpleName() + ": " + cause.getMessage());
  }
}
