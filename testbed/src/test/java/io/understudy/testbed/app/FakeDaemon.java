package io.understudy.testbed.app;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Speaks the daemon's long poll for replicated positions; a test says what it reports. */
final class FakeDaemon implements AutoCloseable {
  static final String TOKEN = "token-of-the-test";

  private record Poll(Position after, HttpServerResponse response) {}

  private record State(long epoch, String primary, Position replicated) {}

  final List<String> refused = new CopyOnWriteArrayList<>();
  private final Vertx vertx;
  private final HttpServer server;
  private final List<Poll> polls = new CopyOnWriteArrayList<>();
  private volatile State state = new State(1, "eu-a", new Position(1, Lsn.ZERO));

  FakeDaemon(Vertx vertx, int port) {
    this.vertx = vertx;
    this.server = vertx.createHttpServer().requestHandler(this::handle);
    server.listen(port, "127.0.0.1").await();
  }

  int port() {
    return server.actualPort();
  }

  /** Whether the application waits for news. */
  boolean polled() {
    return !polls.isEmpty();
  }

  void report(long epoch, String primary, Position replicated) {
    state = new State(epoch, primary, replicated);
    for (Poll poll : polls) {
      if (replicated.compareTo(poll.after) > 0) {
        answer(poll);
      }
    }
  }

  /** Everything that anybody could ever write is replicated. */
  void reportAll(long epoch, String primary) {
    report(epoch, primary, new Position(epoch, new Lsn(Long.MAX_VALUE)));
  }

  @Override
  public void close() {
    server.close().await();
  }

  private void handle(HttpServerRequest request) {
    if (!("Bearer " + TOKEN).equals(request.getHeader("Authorization"))
        || !request.path().equals("/v1/services/orders/replicated")) {
      refused.add(request.uri());
      request.response().setStatusCode(401).end();
      return;
    }
    Poll poll = new Poll(Position.parse(request.getParam("after")), request.response());
    if (state.replicated.compareTo(poll.after) > 0) {
      answer(poll);
      return;
    }
    polls.add(poll);
    vertx.setTimer(Long.parseLong(request.getParam("waitMillis")), ignored -> answer(poll));
  }

  private void answer(Poll poll) {
    State now = state;
    if (polls.remove(poll) || !poll.response.ended()) {
      poll.response.end(
          new JsonObject()
              .put("epoch", now.epoch)
              .put("primary", now.primary)
              .put("position", now.replicated.toString())
              .toBuffer());
    }
  }
}
