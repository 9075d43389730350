package io.understudy.testbed.app;

import io.prometheus.client.SimpleTimer;
import io.understudy.model.config.HostPort;
import io.understudy.testbed.app.state.Fault;
import io.understudy.testbed.command.CannotStartException;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One endpoint of the application: its server and all state on one event loop. */
final class Application extends VerticleBase {
  private static final Logger log = LoggerFactory.getLogger(Application.class);
  private static final int BODY_BYTES_MAX = 64 * 1024;

  private final AppSettings settings;
  private final Connections connections;
  private final AppMetrics metrics;
  private final Faults faults;
  private int port;

  private Application(AppSettings settings) {
    this.settings = settings;
    this.connections = new Connections(settings.database(), settings.limits().connectionsMax());
    this.metrics = new AppMetrics(connections);
    this.faults = new Faults(new Random(settings.seed()), settings.limits().leakMegabytesMax());
  }

  /** Starts an endpoint; fails with {@link CannotStartException} if the port is in use. */
  static Future<Application> start(Vertx vertx, AppSettings settings) {
    Application application = new Application(settings);
    return vertx.deployVerticle(application).map(application);
  }

  @Override
  public Future<?> start() {
    Blocking blocking = new Blocking(context);
    DatabaseWatch database = new DatabaseWatch(vertx, blocking, settings);
    Router router = Router.router(vertx);
    router.route().handler(this::sign);
    router.get("/healthz").handler(context -> health(context, database));
    router
        .get("/metrics")
        .handler(context ->
            context
                .response()
                .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                .end(metrics.text()));
    router.route("/orders*").handler(this::measure).handler(this::lose);
    router.route().handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX));
    router.route("/faults").handler(Application::onlyFromHere);
    router.post("/faults").handler(this::inject);
    router.delete("/faults").handler(this::heal);
    OrderStore store = new OrderStore(connections, faults::slowMillis);
    new OrdersApi(store, blocking, durability(), settings.limits()).register(router);
    router.route().failureHandler(Application::fail);
    database.start();
    faults.start(vertx);
    return listen(router);
  }

  @Override
  public Future<?> stop() {
    connections.dropIdle();
    return Future.succeededFuture();
  }

  HostPort listening() {
    return new HostPort(settings.listen().host(), port);
  }

  private Durability durability() {
    return settings
        .daemon()
        .map(daemon -> {
          ReplicationWatch watch = new ReplicationWatch(vertx, settings, daemon);
          watch.start();
          return (Durability) watch;
        })
        .orElse(Durability.LOCAL);
  }

  private Future<?> listen(Router router) {
    HostPort place = settings.listen();
    return vertx
        .createHttpServer(new HttpServerOptions().setHost(place.host()).setPort(place.port()))
        .requestHandler(router)
        .listen()
        .onSuccess(server -> port = server.actualPort())
        .recover(e -> Future.failedFuture(CannotStartException.listening("listen", place, e)));
  }

  /** Every answer says who gave it. */
  private void sign(RoutingContext context) {
    context.response().putHeader("X-Endpoint", settings.endpoint());
    context.next();
  }

  private void measure(RoutingContext context) {
    SimpleTimer timer = new SimpleTimer();
    metrics.began();
    context.addEndHandler(done -> {
      HttpServerResponse response = context.response();
      // A refused write is what a shadow is for, and no failure of it.
      boolean refused = response.headers().contains(Answer.REFUSED);
      boolean ok = done.succeeded() && (response.getStatusCode() < 500 || refused);
      metrics.ended(context.request().method().name(), ok, timer.elapsedSeconds());
    });
    context.next();
  }

  private void lose(RoutingContext context) {
    if (!faults.loses()) {
      context.next();
    } else if (faults.hangsUp()) {
      context.request().connection().close();
    } else {
      Answer.error(500, "lost").send(context);
    }
  }

  private static void health(RoutingContext context, DatabaseWatch database) {
    String objection = database.objection();
    Answer answer =
        objection.isEmpty()
            ? new Answer(200, new JsonObject().put("serves", "reads"))
            : Answer.error(503, objection);
    answer.send(context);
  }

  private static void onlyFromHere(RoutingContext context) {
    String client = context.request().remoteAddress().hostAddress();
    if (client.startsWith("127.") || client.equals("0:0:0:0:0:0:0:1") || client.equals("::1")) {
      context.next();
    } else {
      Answer.error(403, "faults are switched from this machine only").send(context);
    }
  }

  private void inject(RoutingContext context) {
    faults.inject(fault(context));
    new Answer(200, new JsonObject().put("fault", "on")).send(context);
  }

  private void heal(RoutingContext context) {
    faults.heal();
    new Answer(200, new JsonObject().put("fault", "off")).send(context);
  }

  private static Fault fault(RoutingContext context) {
    try {
      JsonObject body = context.body().asJsonObject();
      if (body == null) {
        throw new BadRequestException("the body is missing");
      }
      Fault.Kind kind = Fault.Kind.parse(body.getString("fault", ""));
      return Fault.starting(kind, body.getDouble("perSecond", 0.0));
    } catch (DecodeException | ClassCastException | IllegalArgumentException e) {
      throw new BadRequestException("not {\"fault\":\"leak\",\"perSecond\":1}: " + e.getMessage());
    }
  }

  private static void fail(RoutingContext context) {
    if (context.failure() instanceof BadRequestException e) {
      Answer.error(400, String.valueOf(e.getMessage())).send(context);
      return;
    }
    int status = context.statusCode() < 400 ? 500 : context.statusCode();
    if (status == 500) {
      log.error("bug: {} failed", context.normalizedPath(), context.failure());
    }
    Answer.error(status, "status " + status).send(context);
  }
}
