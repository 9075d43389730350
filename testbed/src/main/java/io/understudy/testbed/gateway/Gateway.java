package io.understudy.testbed.gateway;

import io.understudy.model.config.HostPort;
import io.understudy.testbed.command.CannotStartException;
import io.understudy.testbed.gateway.runner.RunnerPool;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.PoolOptions;
import java.util.function.Consumer;

/** The gateway: both servers and all state on one event loop, so that nothing is shared. */
final class Gateway extends VerticleBase {
  private static final int UPSTREAM_CONNECTIONS_MAX = 512;
  private static final int UPSTREAM_WAITING_MAX = 10_000;
  private static final int KEEP_ALIVE_SECONDS = 60;

  private final GatewaySettings settings;
  private int port;
  private int adminPort;

  private Gateway(GatewaySettings settings) {
    this.settings = settings;
  }

  /** Starts a gateway; fails with {@link CannotStartException} if a port is in use. */
  static Future<Gateway> start(Vertx vertx, GatewaySettings settings) {
    Gateway gateway = new Gateway(settings);
    return vertx.deployVerticle(gateway).map(gateway);
  }

  @Override
  public Future<?> start() {
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions().setKeepAliveTimeout(KEEP_ALIVE_SECONDS),
            new PoolOptions()
                .setHttp1MaxSize(UPSTREAM_CONNECTIONS_MAX)
                .setMaxWaitQueueSize(UPSTREAM_WAITING_MAX));
    RunnerPool runner = new RunnerPool(vertx, settings.runnerSocket(), settings.runnerBounds());
    DataPlane dataPlane = new DataPlane(vertx, client, runner, settings);
    AdminApi admin = new AdminApi(vertx, settings.adminKey(), dataPlane::apply);
    return listen("listen", settings.listen(), dataPlane::handle)
        .onSuccess(server -> port = server.actualPort())
        .compose(ignored -> listen("admin", settings.admin(), admin::handle))
        .onSuccess(server -> adminPort = server.actualPort());
  }

  HostPort listening() {
    return new HostPort(settings.listen().host(), port);
  }

  HostPort adminListening() {
    return new HostPort(settings.admin().host(), adminPort);
  }

  private Future<HttpServer> listen(
      String option, HostPort place, Consumer<HttpServerRequest> handler) {
    return vertx
        .createHttpServer(new HttpServerOptions().setHost(place.host()).setPort(place.port()))
        .requestHandler(handler::accept)
        .listen()
        .recover(e -> Future.failedFuture(CannotStartException.listening(option, place, e)));
  }
}
