package io.understudy.daemon.route;

import io.vertx.core.json.JsonObject;

/**
 * One object of the Admin API.
 *
 * @param kind {@code upstreams} or {@code routes}
 * @param id its id, which starts with {@code us.}
 * @param value what it shall be
 */
public record GatewayObject(String kind, String id, JsonObject value) {
  static final String OWNER = "understudy";

  String path() {
    return "/apisix/admin/" + kind + "/" + id;
  }
}
