package io.understudy.testbed.app;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import io.understudy.testbed.app.state.PendingWrites;
import io.understudy.testbed.app.state.PendingWrites.Outcome;
import io.understudy.testbed.app.state.ReplicationReport;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one long poll at the daemon running and tells writes when they are replicated. For one
 * event loop.
 */
final class ReplicationWatch implements Durability {
  private static final Logger log = LoggerFactory.getLogger(ReplicationWatch.class);
  private static final int POLL_MILLIS = 1000;
  private static final int ANSWER_MILLIS_MAX = 3000;
  private static final int PAUSE_MILLIS_MIN = 50;
  private static final int PAUSE_MILLIS_MAX = 1000;

  private final Vertx vertx;
  private final HttpClient client;
  private final AppSettings.Daemon daemon;
  private final String service;
  private final long waitMillis;
  private final PendingWrites writes;
  private final Map<Long, Promise<Outcome>> promises = new HashMap<>();
  private Position reached = Position.NONE;
  private long tickets;
  private long pauseMillis;

  ReplicationWatch(Vertx vertx, AppSettings settings, AppSettings.Daemon daemon) {
    this.vertx = vertx;
    this.client = vertx.createHttpClient();
    this.daemon = daemon;
    this.service = settings.service();
    this.waitMillis = settings.limits().replicatedWithin().toMillis();
    this.writes = new PendingWrites(settings.endpoint());
  }

  /** Polls now and from then on. */
  void start() {
    poll()
        .onSuccess(report -> {
          if (pauseMillis > 0) {
            log.info("daemon away -> answering");
          }
          pauseMillis = 0;
          take(report);
          start();
        })
        .onFailure(e -> {
          if (pauseMillis == 0) {
            log.warn("daemon answering -> away cause={}", e.toString());
          }
          pauseMillis = Math.clamp(pauseMillis * 2, PAUSE_MILLIS_MIN, PAUSE_MILLIS_MAX);
          vertx.setTimer(pauseMillis, ignored -> start());
        });
  }

  @Override
  public Future<Outcome> of(Lsn commit) {
    long ticket = ++tickets;
    Optional<Outcome> known = writes.add(ticket, commit);
    if (known.isPresent()) {
      return Future.succeededFuture(known.get());
    }
    Promise<Outcome> promise = Promise.promise();
    promises.put(ticket, promise);
    long bell = vertx.setTimer(waitMillis, ignored -> expire(ticket));
    return promise.future().onComplete(done -> vertx.cancelTimer(bell));
  }

  private void expire(long ticket) {
    writes.drop(ticket);
    settle(ticket, Outcome.UNKNOWN);
  }

  private void take(ReplicationReport report) {
    reached = report.replicated();
    writes.report(report).forEach(settled -> settle(settled.ticket(), settled.outcome()));
  }

  private void settle(long ticket, Outcome outcome) {
    Promise<Outcome> promise = promises.remove(ticket);
    if (promise != null) {
      promise.complete(outcome);
    }
  }

  private Future<ReplicationReport> poll() {
    RequestOptions request =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setHost(daemon.base().getHost())
            .setPort(daemon.base().getPort())
            .setURI(
                "/v1/services/"
                    + service
                    + "/replicated?after="
                    + reached
                    + "&waitMillis="
                    + POLL_MILLIS)
            .setConnectTimeout(POLL_MILLIS)
            .putHeader("Authorization", "Bearer " + daemon.token());
    return client
        .request(request)
        .compose(sent ->
            sent.send()
                .compose(ReplicationWatch::report)
                .timeout(ANSWER_MILLIS_MAX, TimeUnit.MILLISECONDS)
                .onFailure(e -> sent.reset()));
  }

  private static Future<ReplicationReport> report(HttpClientResponse response) {
    return response
        .body()
        .map(body -> {
          if (response.statusCode() != 200) {
            throw new IllegalStateException("the daemon answers " + response.statusCode());
          }
          JsonObject json = body.toJsonObject();
          return new ReplicationReport(
              json.getLong("epoch"),
              json.getString("primary"),
              Position.parse(json.getString("position")));
        });
  }
}
