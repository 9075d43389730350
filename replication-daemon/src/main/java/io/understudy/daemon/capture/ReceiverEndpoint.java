package io.understudy.daemon.capture;

import io.understudy.model.config.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of a {@link ReceiverCapture}: {@code POST /v1/batches}, with an event loop of its
 * own.
 */
final class ReceiverEndpoint {
  static final String PATH = "/v1/batches";

  private static final Logger LOG = LoggerFactory.getLogger(ReceiverEndpoint.class);
  private static final long LISTEN_PAUSE_MILLIS = 100;
  private static final long CLOSE_SECONDS_MAX = 5;
  // The server posts one at a time; more than a repeated one besides means several servers.
  private static final int BATCHES_MAX = 2;

  private final HostPort address;
  private final ReceiverSettings.Bounds bounds;
  private final Consumer<Batch> receiver;
  private final Consumer<String> failed;
  private final AtomicInteger batches = new AtomicInteger();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Vertx vertx =
      Vertx.vertx(
          new VertxOptions()
              .setEventLoopPoolSize(1)
              .setWorkerPoolSize(1)
              .setInternalBlockingPoolSize(1));

  /**
   * @param receiver takes each batch, on the event loop
   * @param failed hears that the address cannot be had
   */
  ReceiverEndpoint(
      HostPort address,
      ReceiverSettings.Bounds bounds,
      Consumer<Batch> receiver,
      Consumer<String> failed) {
    this.address = address;
    this.bounds = bounds;
    this.receiver = receiver;
    this.failed = failed;
  }

  /** Listens, as soon as a predecessor has let go of the address. */
  void open() {
    listen(bounds.listenMax().toMillis() / LISTEN_PAUSE_MILLIS);
  }

  private void listen(long attempts) {
    vertx
        .createHttpServer(
            new HttpServerOptions()
                .setHost(address.host())
                .setPort(address.port())
                // Java's client asks for it with each body; one connection carries one batch.
                .setHttp2ClearTextEnabled(false))
        .requestHandler(router())
        .listen()
        .onSuccess(this::listening)
        .onFailure(e -> again(attempts - 1, e));
  }

  private void listening(HttpServer server) {
    LOG.info("receiver listens on {}:{}", address.host(), server.actualPort());
  }

  private void again(long attempts, Throwable cause) {
    if (closed.get()) {
      return;
    }
    if (attempts > 0) {
      vertx.setTimer(LISTEN_PAUSE_MILLIS, _ -> listen(attempts));
    } else {
      failed.accept(
          "receiver.listen: cannot listen on "
              + address
              + ": "
              + cause.getMessage()
              + "; stop the process that listens there or choose another port");
    }
  }

  private Router router() {
    Router router = Router.router(vertx);
    router
        .post(PATH)
        .handler(BodyHandler.create(false).setBodyLimit(bounds.bodyBytesMax()))
        .handler(this::receive)
        .failureHandler(this::failure);
    router.route().handler(context -> answer(context, 404, "post batches to " + PATH));
    return router;
  }

  private void receive(RoutingContext context) {
    if (batches.incrementAndGet() > BATCHES_MAX) {
      batches.decrementAndGet();
      answer(context, 503, "the batches before it are not done; is there one server for a slot?");
      return;
    }
    HttpServerRequest request = context.request();
    Context loop = vertx.getOrCreateContext();
    byte[] body = context.body().isEmpty() ? new byte[0] : context.body().buffer().getBytes();
    AtomicLong timer = new AtomicLong();
    Batch batch =
        new Batch(
            new WebhookSignature(
                header(request, "webhook-id"),
                header(request, "webhook-timestamp"),
                header(request, "webhook-signature")),
            body,
            (status, reason) ->
                loop.runOnContext(_ -> {
                  vertx.cancelTimer(timer.get());
                  end(context, status, reason);
                }));
    Duration patience = bounds.answerMax();
    timer.set(
        vertx.setTimer(
            patience.toMillis(),
            _ ->
                batch.answer(
                    503, "not replicated within " + patience.toSeconds() + " s; post it again")));
    receiver.accept(batch);
  }

  private void end(RoutingContext context, int status, String reason) {
    batches.decrementAndGet();
    answer(context, status, reason);
  }

  private static String header(HttpServerRequest request, String name) {
    String value = request.getHeader(name);
    return value == null ? "" : value;
  }

  private void failure(RoutingContext context) {
    if (context.statusCode() == 413) {
      String reason =
          "the batch is larger than "
              + bounds.bodyBytesMax()
              + " bytes; lower debezium.sink.http.batch.max-size";
      LOG.warn("receiver on {}: refused a batch with 413: {}", address, reason);
      answer(context, 413, reason);
    } else {
      LOG.warn("receiver on {}: a request failed: {}", address, String.valueOf(context.failure()));
      answer(context, 503, "the request could not be taken; post it again");
    }
  }

  private static void answer(RoutingContext context, int status, String reason) {
    if (context.response().ended() || context.response().closed()) {
      return;
    }
    context.response().setStatusCode(status);
    context.json(new JsonObject().put(status < 300 ? "done" : "error", reason));
  }

  /** Lets go of the address and waits for it. */
  void close() {
    closed.set(true);
    try {
      vertx
          .close()
          .toCompletionStage()
          .toCompletableFuture()
          .get(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("receiver on {} did not end in order: {}", address, e.toString());
    }
  }
}
