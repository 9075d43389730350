package io.understudy.daemon.api;

import io.understudy.daemon.api.Tokens.Role;
import io.understudy.daemon.service.ReplicatedFeed;
import io.understudy.daemon.service.ReplicatedFeed.Replicated;
import io.understudy.daemon.service.ServiceSupervisor;
import io.understudy.daemon.service.ServiceView;
import io.understudy.daemon.shift.OperatorOrder;
import io.understudy.model.Position;
import io.understudy.model.Share;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Function;

/** The daemon's Admin API: JSON over HTTP with bearer tokens. */
public final class AdminApi {
  private static final long WAIT_MILLIS_MAX = 10_000;
  private static final int BODY_BYTES_MAX = 64 << 10;
  private static final long ORDER_MINUTES_MAX = 7 * 24 * 60;

  private final Map<String, ServiceSupervisor> services = new ConcurrentSkipListMap<>();
  private final Gate gate;
  private final ReplicatedFeed replicated;
  private final EventFeed events;
  private final InstantSource clock;

  public AdminApi(Tokens tokens, ReplicatedFeed replicated, EventFeed events, InstantSource clock) {
    this.gate = new Gate(tokens);
    this.replicated = replicated;
    this.events = events;
    this.clock = clock;
  }

  /** Shows a service from now on. */
  public void add(ServiceSupervisor supervisor) {
    services.put(supervisor.name(), supervisor);
  }

  /** Listens; fails if the address is in use. */
  public Future<HttpServer> listen(Vertx vertx, String host, int port) {
    return vertx
        .createHttpServer(new HttpServerOptions().setHost(host).setPort(port))
        .requestHandler(router(vertx))
        .listen();
  }

  private Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    router.get("/healthz").handler(context -> context.json(new JsonObject().put("ok", true)));
    router.get("/metrics").handler(context -> Exposition.answer(context, services.values()));
    router.route("/v1/*").handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX));
    router.get("/v1/events").handler(allowed(Role.READ, this::events));
    router.get("/v1/services").handler(allowed(Role.READ, this::list));
    get(router, "", ViewJson::service);
    get(router, "/endpoints", view -> new JsonObject().put("endpoints", ViewJson.endpoints(view)));
    get(router, "/risk", view -> new JsonObject().put("risk", ViewJson.risks(view)));
    get(router, "/plan", ViewJson::plan);
    router.get("/v1/services/:service/replicated").handler(allowed(Role.READ, this::replicated));
    post(router, "shift", Role.SHIFT, (s, body) -> s.order(fixedShare(body)));
    post(router, "freeze", Role.SHIFT, (s, body) -> s.order(new OperatorOrder.Freeze(until(body))));
    post(router, "release", Role.SHIFT, (s, body) -> s.order(new OperatorOrder.None()));
    post(
        router,
        "promote",
        Role.PROMOTE,
        (s, body) -> s.promote(Optional.ofNullable(body.getString("endpoint"))));
    return router;
  }

  /** What an operator can order. */
  private interface Command {
    CompletableFuture<String> give(ServiceSupervisor supervisor, JsonObject body);
  }

  private void get(Router router, String path, Function<ServiceView, JsonObject> draw) {
    router
        .get("/v1/services/:service" + path)
        .handler(
            allowed(
                Role.READ,
                context ->
                    known(context).ifPresent(service -> context.json(draw.apply(service.view())))));
  }

  private void post(Router router, String path, Role role, Command command) {
    router
        .post("/v1/services/:service/" + path)
        .handler(
            allowed(role, context -> known(context).ifPresent(s -> order(context, s, command))));
  }

  private static void order(RoutingContext context, ServiceSupervisor service, Command command) {
    CompletableFuture<String> answer;
    try {
      JsonObject body = context.body().isEmpty() ? new JsonObject() : context.body().asJsonObject();
      answer = command.give(service, body);
    } catch (DecodeException | ClassCastException e) {
      Gate.refuse(context, 400, "the body is not the expected JSON: " + e.getMessage());
      return;
    } catch (IllegalArgumentException e) {
      Gate.refuse(context, 400, String.valueOf(e.getMessage()));
      return;
    }
    Future.fromCompletionStage(answer, context.vertx().getOrCreateContext())
        .onSuccess(text -> context.json(new JsonObject().put("done", text)))
        .onFailure(e ->
            Gate.refuse(
                context,
                e instanceof IllegalArgumentException ? 400 : 409,
                String.valueOf(e.getMessage())));
  }

  private OperatorOrder fixedShare(JsonObject body) {
    Integer share = body.getInteger("share");
    if (share == null) {
      throw new IllegalArgumentException("share is missing: basis points in 0..10000");
    }
    return new OperatorOrder.FixedShare(
        new Share(share), Optional.ofNullable(body.getString("cohort")), until(body));
  }

  /** Every order must end by itself. */
  private Instant until(JsonObject body) {
    Long minutes = body.getLong("minutes");
    if (minutes == null || minutes < 1 || minutes > ORDER_MINUTES_MAX) {
      throw new IllegalArgumentException(
          "minutes is missing or not in 1.." + ORDER_MINUTES_MAX + ": every order has an end");
    }
    return clock.instant().plus(Duration.ofMinutes(minutes));
  }

  private void list(RoutingContext context) {
    JsonArray names = new JsonArray();
    services.values().forEach(service -> names.add(ViewJson.service(service.view())));
    context.json(new JsonObject().put("services", names));
  }

  private void events(RoutingContext context) {
    Optional<Long> after = Gate.number(context, "after", 0, Long.MAX_VALUE);
    Optional<Long> wait = Gate.number(context, "waitMillis", 0, WAIT_MILLIS_MAX);
    if (after.isEmpty() || wait.isEmpty()) {
      return;
    }
    events
        .await(after.get(), Duration.ofMillis(wait.get()))
        .onSuccess(entries -> context.json(ViewJson.events(entries)))
        .onFailure(e -> Gate.refuse(context, 503, String.valueOf(e.getMessage())));
  }

  private void replicated(RoutingContext context) {
    Optional<ServiceSupervisor> service = known(context);
    Optional<Long> wait = Gate.number(context, "waitMillis", 0, WAIT_MILLIS_MAX);
    if (service.isEmpty() || wait.isEmpty()) {
      return;
    }
    Optional<Position> after = Gate.position(context, "after");
    if (after.isEmpty()) {
      return;
    }
    replicated
        .await(service.get().name(), after.get(), Duration.ofMillis(wait.get()))
        .onSuccess(newest -> context.json(position(service.get(), newest)))
        .onFailure(e -> Gate.refuse(context, 503, String.valueOf(e.getMessage())));
  }

  /**
   * The primary of the control record beside the position: a position of an epoch that is over says
   * nothing about writes of the next one.
   */
  private static JsonObject position(ServiceSupervisor service, Replicated newest) {
    return new JsonObject()
        .put("epoch", service.view().record().epoch())
        .put("primary", service.view().record().primary())
        .put("position", newest.position().toString());
  }

  private Optional<ServiceSupervisor> known(RoutingContext context) {
    String name = context.pathParam("service");
    ServiceSupervisor service = services.get(name);
    if (service == null) {
      Gate.refuse(context, 404, "there is no service '" + name + "'; known: " + services.keySet());
    }
    return Optional.ofNullable(service);
  }

  private Handler<RoutingContext> allowed(Role needed, Consumer<RoutingContext> handler) {
    return gate.allowed(needed, handler);
  }
}
