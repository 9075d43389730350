package io.understudy.daemon.service;

import io.understudy.model.Position;
import io.understudy.model.config.HostPort;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Talks to the daemons of a service's endpoints: asks each how it stands, at a steady pace, and the
 * primary's for news of the replicated position. Any thread may read what was seen.
 */
final class EndpointLink implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EndpointLink.class);
  private static final Duration PACE = Duration.ofMillis(100);
  private static final Duration NEWS_PACE = Duration.ofMillis(50);
  private static final Duration NEWS_WAIT = Duration.ofSeconds(1);
  private static final Duration ANSWER_MAX = Duration.ofSeconds(1);
  private static final Duration TOKEN_PACE = Duration.ofSeconds(5);

  /** Hears of a primary's replicated position; on an event loop. */
  interface News {
    void replicated(String primary, Position position);
  }

  private final EndpointDaemons means;
  private final InstantSource clock;
  private final Map<String, HostPort> addresses;
  private final Context loop;
  private final Map<String, EndpointSeen> seen = new ConcurrentHashMap<>();
  private final Map<String, Integer> missed = new ConcurrentHashMap<>();
  private volatile String token;
  private volatile boolean closed;

  /**
   * @throws IOException if the token cannot be read
   */
  EndpointLink(EndpointDaemons means, InstantSource clock, Map<String, HostPort> addresses)
      throws IOException {
    this.token = Files.readString(means.tokenFile()).strip();
    this.means = means;
    this.clock = clock;
    this.addresses = Map.copyOf(addresses);
    this.loop = means.vertx().getOrCreateContext();
  }

  /**
   * Asks from now on.
   *
   * @param primary whose replicated position is followed
   */
  void start(Supplier<String> primary, News news) {
    loop.runOnContext(_ -> {
      addresses.keySet().forEach(this::look);
      follow(primary, Position.NONE, news);
      later(TOKEN_PACE, this::readToken);
    });
  }

  /** What an endpoint's daemon said last, if that is not too long ago to count. */
  Optional<EndpointSeen> seen(String endpoint) {
    return Optional.ofNullable(seen.get(endpoint))
        .filter(last -> !last.at().plus(ANSWER_MAX.multipliedBy(2)).isBefore(clock.instant()));
  }

  /** How many requests in a row it has not answered. */
  int missed(String endpoint) {
    return missed.getOrDefault(endpoint, 0);
  }

  private void look(String endpoint) {
    request(endpoint, "/status", ANSWER_MAX)
        .compose(HttpRequest::send)
        .map(answer -> EndpointSeen.parse(require(answer), clock.instant()))
        .onSuccess(now -> note(endpoint, now))
        .onFailure(e -> {
          missed.merge(endpoint, 1, Integer::sum);
          log.debug("daemon of {} does not say how it stands: {}", endpoint, e.toString());
        })
        .onComplete(_ -> later(PACE, () -> look(endpoint)));
  }

  private void note(String endpoint, EndpointSeen now) {
    missed.remove(endpoint);
    EndpointSeen before = seen.put(endpoint, now);
    if (before == null
        || !before.role().equals(now.role())
        || !before.phase().equals(now.phase())) {
      log.info(
          "daemon of {}: {} -> {} {} epoch={}",
          endpoint,
          before == null ? "unknown" : before.role() + " " + before.phase(),
          now.role(),
          now.phase(),
          now.epoch());
    }
  }

  private void follow(Supplier<String> primary, Position known, News news) {
    String asked = primary.get();
    String path = "/replicated?after=" + known + "&waitMillis=" + NEWS_WAIT.toMillis();
    request(asked, path, ANSWER_MAX.plus(NEWS_WAIT))
        .compose(HttpRequest::send)
        .map(answer -> Position.parse(require(answer).getString("position")))
        .onSuccess(position -> {
          news.replicated(asked, position);
          later(NEWS_PACE, () -> follow(primary, position, news));
        })
        .onFailure(_ -> later(PACE, () -> follow(primary, known, news)));
  }

  /**
   * Asks a candidate's own daemon to make it the primary.
   *
   * @param patience how long that may take
   * @return fails with the daemon's reason
   */
  Future<JsonObject> promote(String candidate, Duration patience) {
    JsonObject order =
        new JsonObject().put("candidate", candidate).put("patienceMillis", patience.toMillis());
    return request(candidate, "/promote", patience.plus(ANSWER_MAX))
        .compose(request -> request.method(HttpMethod.POST).sendJsonObject(order))
        .map(EndpointLink::require);
  }

  /** Has a failed copy made anew. */
  void reseed(String endpoint) {
    request(endpoint, "/reseed", ANSWER_MAX)
        .compose(request -> request.method(HttpMethod.POST).send())
        .map(EndpointLink::require)
        .onFailure(e -> log.warn("{} is not copied anew: {}", endpoint, e.toString()));
  }

  private Future<HttpRequest<Buffer>> request(String endpoint, String path, Duration timeout) {
    HostPort address = addresses.get(endpoint);
    if (address == null) {
      return Future.failedFuture("the daemon of " + endpoint + " has no address");
    }
    return Future.succeededFuture(
        means
            .client()
            .get(address.port(), address.host(), path)
            .putHeader(HttpHeaders.AUTHORIZATION.toString(), "Bearer " + token)
            .timeout(timeout.toMillis()));
  }

  /** Secrets rotate. */
  private void readToken() {
    means
        .vertx()
        .executeBlocking(() -> Files.readString(means.tokenFile()).strip())
        .onSuccess(read -> token = read)
        .onFailure(e -> log.warn("{} cannot be read: {}", means.tokenFile(), e.toString()))
        .onComplete(_ -> later(TOKEN_PACE, this::readToken));
  }

  private static JsonObject require(HttpResponse<Buffer> answer) {
    JsonObject body = answer.bodyAsJsonObject();
    if (answer.statusCode() != 200) {
      throw new IllegalStateException(
          body == null ? "answered " + answer.statusCode() : body.getString("error"));
    }
    return body;
  }

  private void later(Duration pause, Runnable task) {
    if (!closed) {
      means.vertx().setTimer(pause.toMillis(), _ -> task.run());
    }
  }

  @Override
  public void close() {
    closed = true;
  }
}
