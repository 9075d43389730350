package io.understudy.risk.source;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Optional;

/** Reads an endpoint's metrics, bounded in time and size. */
final class Scraper {
  static final int BODY_BYTES_MAX = 4 << 20;

  private final Vertx vertx;
  private final HttpClient client;
  private final Target target;
  private final Duration patience;

  Scraper(Vertx vertx, HttpClient client, Target target, Duration patience) {
    this.vertx = vertx;
    this.client = client;
    this.target = target;
    this.patience = patience;
  }

  /** Why a scrape yielded nothing; its name is a label of the service's own metrics. */
  enum Failure {
    UNREACHABLE,
    TOO_SLOW,
    STATUS,
    TOO_LARGE,
    BROKEN_OFF,
    NO_SERIES
  }

  /** A scrape that yielded nothing. */
  static final class ScrapeException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Failure failure;

    ScrapeException(Failure failure, String message) {
      super(message, null, false, false); // an operating error: its place in our code tells nothing
      this.failure = failure;
    }

    Failure failure() {
      return failure;
    }
  }

  /** One scrape under way: the first thing that ends it, ends it. */
  private final class Attempt {
    private final Promise<Exposition> outcome = Promise.promise();
    private final Buffer body = Buffer.buffer();
    private Optional<HttpClientRequest> sent = Optional.empty();

    Future<Exposition> start() {
      long timer =
          vertx.setTimer(
              patience.toMillis(),
              late -> fail(Failure.TOO_SLOW, "no whole answer within " + patience));
      RequestOptions options =
          new RequestOptions()
              .setMethod(HttpMethod.GET)
              .setAbsoluteURI(target.endpoint().metricsUri().toString())
              .setConnectTimeout(patience.toMillis());
      client
          .request(options)
          .compose(this::send)
          .onSuccess(this::read)
          .onFailure(e -> fail(Failure.UNREACHABLE, String.valueOf(e.getMessage())));
      return outcome.future().onComplete(done -> vertx.cancelTimer(timer));
    }

    private Future<HttpClientResponse> send(HttpClientRequest request) {
      sent = Optional.of(request);
      if (outcome.future().isComplete()) {
        hangUp();
      }
      return request.send();
    }

    private void read(HttpClientResponse response) {
      if (response.statusCode() != 200) {
        fail(Failure.STATUS, "status " + response.statusCode());
        return;
      }
      response.exceptionHandler(e -> fail(Failure.BROKEN_OFF, String.valueOf(e.getMessage())));
      response.handler(this::take);
      response.endHandler(end -> parse());
    }

    private void take(Buffer chunk) {
      if (body.length() + chunk.length() > BODY_BYTES_MAX) {
        fail(Failure.TOO_LARGE, "more than " + BODY_BYTES_MAX + " bytes");
      } else if (!outcome.future().isComplete()) {
        body.appendBuffer(chunk);
      }
    }

    private void parse() {
      if (outcome.future().isComplete()) {
        return;
      }
      Exposition exposition = Exposition.parse(body.toString());
      if (exposition.series().isEmpty()) {
        fail(Failure.NO_SERIES, exposition.rejectedLines() + " lines, none of them a series");
      } else {
        outcome.tryComplete(exposition);
      }
    }

    private void fail(Failure failure, String message) {
      if (outcome.tryFail(new ScrapeException(failure, message))) {
        hangUp();
      }
    }

    private void hangUp() {
      sent.ifPresent(request -> request.connection().close());
    }
  }

  Future<Exposition> scrape() {
    return new Attempt().start();
  }
}
