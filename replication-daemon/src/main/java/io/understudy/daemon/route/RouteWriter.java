package io.understudy.daemon.route;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one service's gateway objects to what was wanted last. It runs on a thread of its own, so
 * that a gateway that is away never holds up a decision; a failed write is tried again for as long
 * as it is still wanted.
 */
public final class RouteWriter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RouteWriter.class);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(2);
  private static final Duration RETRY = Duration.ofMillis(200);

  private final URI adminUrl;
  private final Path keyFile;
  private final WebClient client;
  private final Listener listener;

  /** Holds at most the newest wish: an older one is not worth writing any more. */
  private final BlockingQueue<Wish> newest = new ArrayBlockingQueue<>(1);

  /** What the gateway holds of ours, by path; owned by the writing thread. */
  private final Map<String, JsonObject> written = new HashMap<>();

  private final Thread thread;

  /** Hears what came of a wish; called on the writer's thread. */
  public interface Listener {
    /** The gateway has every object of the wish with this version. */
    void inForce(long version);

    /** The gateway refused or did not answer; the write is tried again. */
    void failed(String reason);
  }

  private record Wish(long version, List<GatewayObject> objects) {}

  private static final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  public RouteWriter(URI adminUrl, Path keyFile, WebClient client, Listener listener) {
    this.adminUrl = adminUrl;
    this.keyFile = keyFile;
    this.client = client;
    this.listener = listener;
    this.thread = Thread.ofVirtual().name("route-writer").start(this::run);
  }

  /** Replaces what was wanted before. Never blocks; called by one thread. */
  public void want(long version, List<GatewayObject> objects) {
    newest.clear();
    newest.add(new Wish(version, objects));
  }

  @Override
  public void close() {
    thread.interrupt();
  }

  private void run() {
    try {
      Wish wish = newest.take();
      while (true) {
        boolean done = attempt(wish);
        Wish next = done ? newest.take() : newest.poll(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        wish = next == null ? wish : next;
      }
    } catch (InterruptedException e) {
      log.debug("route writer stopped");
    }
  }

  private boolean attempt(Wish wish) throws InterruptedException {
    try {
      write(wish.objects());
      listener.inForce(wish.version());
      return true;
    } catch (RefusedException | IOException | ExecutionException | TimeoutException e) {
      listener.failed(adminUrl + ": " + reason(e));
      return false;
    }
  }

  private static String reason(Exception e) {
    Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }

  private void write(List<GatewayObject> objects)
      throws RefusedException,
          IOException,
          ExecutionException,
          TimeoutException,
          InterruptedException {
    Map<String, JsonObject> leftOver = new LinkedHashMap<>(written);
    for (GatewayObject object : objects) {
      leftOver.remove(object.path());
      if (!object.value().equals(written.get(object.path()))) {
        send(HttpMethod.PUT, object.path(), object.value());
        written.put(object.path(), object.value());
      }
    }
    // Last, when no route names them any more.
    for (String path : leftOver.keySet()) {
      send(HttpMethod.DELETE, path, null);
      written.remove(path);
    }
  }

  private void send(HttpMethod method, String path, @Nullable JsonObject body)
      throws RefusedException,
          IOException,
          ExecutionException,
          TimeoutException,
          InterruptedException {
    HttpRequest<Buffer> request =
        client
            .requestAbs(method, adminUrl.resolve(path).toString())
            .putHeader("X-API-KEY", Files.readString(keyFile).strip())
            .timeout(ANSWER_MAX.toMillis());
    HttpResponse<Buffer> answer =
        (body == null ? request.send() : request.sendJsonObject(body))
            .toCompletionStage()
            .toCompletableFuture()
            .get(2 * ANSWER_MAX.toMillis(), TimeUnit.MILLISECONDS);
    boolean gone = method.equals(HttpMethod.DELETE) && answer.statusCode() == 404;
    if (answer.statusCode() / 100 != 2 && !gone) {
      throw new RefusedException(
          method + " " + path + " answered " + answer.statusCode() + " " + answer.bodyAsString());
    }
  }
}
