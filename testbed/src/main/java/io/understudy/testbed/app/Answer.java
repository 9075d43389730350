package io.understudy.testbed.app;

import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client is told.
 *
 * @param status HTTP status
 * @param headers beside the usual ones
 * @param body JSON
 */
record Answer(int status, Map<String, String> headers, JsonObject body) {
  static final String REFUSED = "X-Understudy-Refused";
  static final String OUTCOME = "X-Understudy-Outcome";

  Answer(int status, JsonObject body) {
    this(status, Map.of(), body);
  }

  static Answer error(int status, String reason) {
    return new Answer(status, new JsonObject().put("error", reason));
  }

  /** The request had no effect; another try may work. */
  Answer retryLater() {
    return with("Retry-After", "1");
  }

  /** The request had no effect because another endpoint owns the writes. */
  Answer refused() {
    return with(REFUSED, "not-primary");
  }

  /** The request may have had its effect. */
  Answer unknown() {
    return with(OUTCOME, "unknown");
  }

  void send(RoutingContext context) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    headers.forEach(response::putHeader);
    response
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(body.toBuffer());
  }

  private Answer with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new Answer(status, more, body);
  }
}
