package io.understudy.testbed.gateway;

import io.understudy.testbed.gateway.config.Configuration;
import io.understudy.testbed.gateway.config.InvalidObjectException;
import io.understudy.testbed.gateway.config.ObjectStore;
import io.understudy.testbed.gateway.config.ObjectStore.Kind;
import io.understudy.testbed.gateway.config.ObjectStore.Stored;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * APISIX's Admin API, as far as routes and upstreams: answers have the form of APISIX 3. A change
 * is in force when its answer is sent.
 */
final class AdminApi {
  private static final Logger log = LoggerFactory.getLogger(AdminApi.class);
  private static final int OBJECT_BYTES_MAX = 1 << 20;

  private final ObjectStore store = new ObjectStore();
  private final Router router;
  private final byte[] key;
  private final Consumer<Configuration> changed;

  AdminApi(Vertx vertx, String key, Consumer<Configuration> changed) {
    this.key = key.getBytes(StandardCharsets.UTF_8);
    this.changed = changed;
    this.router = Router.router(vertx);
    router.route("/apisix/admin/*").handler(this::authenticate);
    router.route().handler(BodyHandler.create(false).setBodyLimit(OBJECT_BYTES_MAX));
    for (Kind kind : Kind.values()) {
      String path = "/apisix/admin/" + name(kind);
      router.get(path).handler(context -> list(context, kind));
      router.get(path + "/:id").handler(context -> get(context, kind));
      router.put(path + "/:id").handler(context -> put(context, kind));
      router.patch(path + "/:id").handler(context -> patch(context, kind));
      router.delete(path + "/:id").handler(context -> delete(context, kind));
    }
    router.route().last().handler(AdminApi::notFound);
    router.route().failureHandler(AdminApi::fail);
  }

  void handle(HttpServerRequest request) {
    router.handle(request);
  }

  private void authenticate(RoutingContext context) {
    String given = context.request().getHeader("X-API-KEY");
    boolean right =
        given != null && MessageDigest.isEqual(key, given.getBytes(StandardCharsets.UTF_8));
    if (right) {
      context.next();
      return;
    }
    answer(
        context,
        401,
        new JsonObject()
            .put("error_msg", "failed to check token")
            .put("description", given == null ? "missing apikey" : "wrong apikey"));
  }

  private void list(RoutingContext context, Kind kind) {
    JsonArray list = new JsonArray();
    store.list(kind).forEach(stored -> list.add(json(kind, stored)));
    answer(context, 200, new JsonObject().put("total", list.size()).put("list", list));
  }

  private void get(RoutingContext context, Kind kind) {
    store
        .get(kind, context.pathParam("id"))
        .ifPresentOrElse(
            stored -> answer(context, 200, json(kind, stored)), () -> notFound(context));
  }

  private void put(RoutingContext context, Kind kind) {
    write(context, kind, object(context));
  }

  /** Merges as RFC 7396 says: null takes a key away, arrays are replaced. */
  private void patch(RoutingContext context, Kind kind) {
    store
        .get(kind, context.pathParam("id"))
        .ifPresentOrElse(
            stored -> {
              JsonObject merged = new JsonObject(copy(stored.value()).encode());
              merge(merged, object(context));
              write(context, kind, merged);
            },
            () -> notFound(context));
  }

  private void write(RoutingContext context, Kind kind, JsonObject value) {
    String id = context.pathParam("id");
    boolean created = store.get(kind, id).isEmpty();
    Stored stored = store.put(kind, id, value.getMap());
    changed.accept(store.configuration());
    log.info("{} {} {}", name(kind), id, created ? "created" : "changed");
    answer(context, created ? 201 : 200, json(kind, stored));
  }

  private void delete(RoutingContext context, Kind kind) {
    String id = context.pathParam("id");
    if (!store.delete(kind, id)) {
      notFound(context);
      return;
    }
    changed.accept(store.configuration());
    log.info("{} {} deleted", name(kind), id);
    answer(context, 200, new JsonObject().put("key", path(kind, id)).put("deleted", "1"));
  }

  private static JsonObject object(RoutingContext context) {
    try {
      JsonObject object = context.body().asJsonObject();
      if (object == null) {
        throw new InvalidObjectException("missing configurations");
      }
      return new JsonObject(object.encode());
    } catch (DecodeException | ClassCastException e) {
      throw new InvalidObjectException("invalid request body: not a JSON object");
    }
  }

  private static void merge(JsonObject target, JsonObject patch) {
    for (Map.Entry<String, @Nullable Object> change : patch) {
      String name = change.getKey();
      Object value = change.getValue();
      if (value == null) {
        target.remove(name);
      } else if (value instanceof JsonObject inner
          && target.getValue(name) instanceof JsonObject known) {
        merge(known, inner);
      } else {
        target.put(name, value);
      }
    }
  }

  private static JsonObject json(Kind kind, Stored stored) {
    return new JsonObject()
        .put("key", path(kind, stored.id()))
        .put("value", copy(stored.value()))
        .put("createdIndex", stored.createdIndex())
        .put("modifiedIndex", stored.modifiedIndex());
  }

  private static JsonObject copy(Map<String, ?> value) {
    JsonObject object = new JsonObject();
    value.forEach(object::put);
    return object;
  }

  private static String path(Kind kind, String id) {
    return "/apisix/" + name(kind) + "/" + id;
  }

  private static String name(Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static void notFound(RoutingContext context) {
    answer(context, 404, new JsonObject().put("message", "Key not found"));
  }

  private static void fail(RoutingContext context) {
    if (context.failure() instanceof InvalidObjectException e) {
      answer(context, 400, new JsonObject().put("error_msg", e.getMessage()));
      return;
    }
    int status = context.statusCode() < 400 ? 500 : context.statusCode();
    if (status == 500) {
      log.error("bug: {}", context.normalizedPath(), context.failure());
    }
    answer(context, status, new JsonObject().put("error_msg", "status " + status));
  }

  private static void answer(RoutingContext context, int status, JsonObject body) {
    context
        .response()
        .setStatusCode(status)
        .putHeader("Content-Type", "application/json")
        .end(body.toBuffer());
  }
}
