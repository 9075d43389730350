package io.understudy.daemon.endpoint;

import io.understudy.daemon.api.Gate;
import io.understudy.daemon.api.Tokens;
import io.understudy.daemon.api.Tokens.Role;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Effect;
import io.understudy.daemon.protocol.Promotion;
import io.understudy.model.Position;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** What an endpoint's daemon answers over HTTP: JSON with bearer tokens, like the Admin API. */
final class EndpointApi {
  private static final long WAIT_MILLIS_MAX = 10_000;
  private static final long PATIENCE_MILLIS_MAX = 60_000;
  private static final String BY_ORDER = "an order over HTTP";
  private static final int BODY_BYTES_MAX = 4 << 10;

  private final EndpointDaemon daemon;
  private final EndpointSettings settings;
  private final Gate gate;
  private final InstantSource clock;

  EndpointApi(
      EndpointDaemon daemon, EndpointSettings settings, Tokens tokens, InstantSource clock) {
    this.daemon = daemon;
    this.settings = settings;
    this.gate = new Gate(tokens);
    this.clock = clock;
  }

  /** Listens; fails if the address is in use. */
  Future<HttpServer> listen(Vertx vertx, String host, int port) {
    Router router = Router.router(vertx);
    router.get("/healthz").handler(context -> context.json(new JsonObject().put("ok", true)));
    router.get("/metrics").handler(this::metrics);
    router.get("/status").handler(gate.allowed(Role.READ, this::status));
    router.get("/replicated").handler(gate.allowed(Role.READ, this::replicated));
    router
        .post("/promote")
        .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX))
        .handler(gate.allowed(Role.PROMOTE, this::promote));
    router
        .post("/durability")
        .handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX))
        .handler(gate.allowed(Role.PROMOTE, this::durability));
    router.post("/reseed").handler(gate.allowed(Role.PROMOTE, this::reseed));
    router.post("/verify").handler(gate.allowed(Role.PROMOTE, this::verify));
    router.post("/repair").handler(gate.allowed(Role.PROMOTE, this::repair));
    return vertx
        .createHttpServer(new HttpServerOptions().setHost(host).setPort(port))
        .requestHandler(router)
        .listen();
  }

  private void metrics(RoutingContext context) {
    of(context, daemon.report())
        .onSuccess(report ->
            new EndpointMetrics(settings, clock.millis()).answer(context, report, daemon.applied()))
        .onFailure(context::fail);
  }

  private void status(RoutingContext context) {
    of(context, daemon.report())
        .onSuccess(report -> context.json(ReportJson.of(settings, report)))
        .onFailure(context::fail);
  }

  private void replicated(RoutingContext context) {
    Optional<Long> wait = Gate.number(context, "waitMillis", 0, WAIT_MILLIS_MAX);
    if (wait.isEmpty()) {
      return;
    }
    Gate.position(context, "after")
        .ifPresent(after ->
            of(context, daemon.awaitReplicated(after, Duration.ofMillis(wait.get())))
                .onSuccess(position -> position(context, position))
                .onFailure(context::fail));
  }

  private void position(RoutingContext context, Position position) {
    if (position.equals(Position.NONE)) {
      Gate.refuse(context, 409, settings.self() + " is not the source, ask the primary's daemon");
    } else {
      context.json(new JsonObject().put("position", position.toString()));
    }
  }

  private void promote(RoutingContext context) {
    withBody(
        context,
        body -> {
          Promotion.Order order = order(body);
          of(context, daemon.promote(order, patience(body)))
              .onSuccess(outcome -> answer(context, outcome))
              .onFailure(context::fail);
        });
  }

  private static Promotion.Order order(JsonObject body) {
    String candidate = body.getString("candidate");
    if (candidate == null) {
      throw new IllegalArgumentException("candidate is missing: the name of an endpoint");
    }
    boolean any = body.getBoolean("allowDataLoss", false);
    return any
        ? new Promotion.Order(candidate, OptionalLong.of(Long.MAX_VALUE))
        : Promotion.Order.of(candidate);
  }

  private static Duration patience(JsonObject body) {
    long millis = body.getLong("patienceMillis", EndpointProcess.PATIENCE.toMillis());
    if (millis < 1 || millis > PATIENCE_MILLIS_MAX) {
      throw new IllegalArgumentException(
          "patienceMillis " + millis + " is not in 1.." + PATIENCE_MILLIS_MAX);
    }
    return Duration.ofMillis(millis);
  }

  private void durability(RoutingContext context) {
    withBody(
        context,
        body -> {
          Durability worth =
              switch (body.getString("durability", "")) {
                case "async" -> Durability.ASYNC;
                case "quorum" -> Durability.QUORUM;
                default -> throw new IllegalArgumentException("durability is 'async' or 'quorum'");
              };
          long millis = patience(body).toMillis();
          of(context, daemon.durability(worth).orTimeout(millis, TimeUnit.MILLISECONDS))
              .onSuccess(
                  now -> context.json(new JsonObject().put("durability", ReportJson.name(now))))
              .onFailure(reason -> notYet(context, body, reason));
        });
  }

  private static void notYet(RoutingContext context, JsonObject asked, Throwable reason) {
    if (reason instanceof TimeoutException) {
      String worth = asked.getString("durability");
      Gate.refuse(context, 503, "not yet " + worth + ": it goes on being tried; see /status");
    } else {
      Gate.refuse(context, 409, String.valueOf(reason.getMessage()));
    }
  }

  private static void withBody(RoutingContext context, Consumer<JsonObject> then) {
    try {
      JsonObject body = context.body().asJsonObject();
      then.accept(body == null ? new JsonObject() : body);
    } catch (DecodeException | ClassCastException e) {
      Gate.refuse(context, 400, "the body is not the expected JSON: " + e.getMessage());
    } catch (IllegalArgumentException e) {
      Gate.refuse(context, 400, String.valueOf(e.getMessage()));
    }
  }

  private void verify(RoutingContext context) {
    answer(context, daemon.verify(BY_ORDER).thenApply(ReportJson::of));
  }

  private void repair(RoutingContext context) {
    answer(
        context,
        daemon
            .repair(BY_ORDER)
            .thenApply(repair ->
                ReportJson.of(repair.verified()).put("sent", ReportJson.of(repair.sent()))));
  }

  /** However long it takes; nobody is told that it failed when nobody waits any more. */
  private static void answer(RoutingContext context, CompletableFuture<JsonObject> found) {
    of(context, found)
        .onSuccess(context::json)
        .onFailure(e -> {
          Throwable reason = e instanceof CompletionException ? e.getCause() : e;
          if (reason instanceof IllegalStateException) {
            Gate.refuse(context, 409, String.valueOf(reason.getMessage()));
          } else {
            context.fail(reason);
          }
        });
  }

  private void reseed(RoutingContext context) {
    daemon.reseed();
    context.json(new JsonObject().put("done", "the copy is made anew if this voter follows"));
  }

  private static void answer(RoutingContext context, Effect.Outcome outcome) {
    switch (outcome) {
      case Effect.Outcome.Promoted(var record, var gap) -> context.json(ReportJson.of(record, gap));
      case Effect.Outcome.Declined(String reason) -> Gate.refuse(context, 409, reason);
    }
  }

  private static <T> Future<T> of(RoutingContext context, CompletableFuture<T> answer) {
    return Future.fromCompletionStage(answer, context.vertx().getOrCreateContext());
  }
}
