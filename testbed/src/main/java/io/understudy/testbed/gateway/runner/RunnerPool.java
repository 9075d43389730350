package io.understudy.testbed.gateway.runner;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Asks a plugin runner about requests, over a bounded number of connections to its Unix socket. For
 * one event loop only.
 *
 * <p>A configuration is prepared once and known by its token from then on. When the runner does not
 * know a token it was restarted: all tokens are dropped and prepared again. A configuration is
 * prepared on a connection of its own, because the stock runner answers PrepareConf twice
 * (apisix-java-plugin-runner#320).
 */
public final class RunnerPool {
  private static final int TRIES = 3;
  private static final int TOKENS_MAX = 1024;
  private static final int CONNECT_MILLIS = 1000;

  private final NetClient client;
  private final SocketAddress address;
  private final Bounds bounds;
  private final Deque<RunnerConnection> idle = new ArrayDeque<>();
  private final Deque<Promise<RunnerConnection>> waiting = new ArrayDeque<>();
  private final Map<String, Future<Long>> tokens = new LinkedHashMap<>();
  // Invariant: connections <= bounds.connectionsMax, the idle ones included.
  private int connections;
  private int lastCall;

  /**
   * How much the runner may hold up.
   *
   * @param connectionsMax connections at most; APISIX has 32 for each nginx worker
   * @param waitingMax requests that wait for a connection at most
   * @param answerMillis how long one frame's answer may take; APISIX waits 60 s
   */
  public record Bounds(int connectionsMax, int waitingMax, int answerMillis) {}

  public RunnerPool(Vertx vertx, String socketPath, Bounds bounds) {
    this.client = vertx.createNetClient(new NetClientOptions().setConnectTimeout(CONNECT_MILLIS));
    this.address = SocketAddress.domainSocketAddress(socketPath);
    this.bounds = bounds;
  }

  /**
   * What to do with a request; fails with {@link RunnerUnavailableException} if the runner does not
   * say.
   */
  public Future<RunnerAnswer> ask(RunnerQuestion question) {
    return ask(question, TRIES)
        .recover(e ->
            Future.failedFuture(
                e instanceof RunnerUnavailableException
                    ? e
                    : new RunnerUnavailableException("the runner: " + e)));
  }

  private Future<RunnerAnswer> ask(RunnerQuestion question, int tries) {
    if (tries == 0) {
      return Future.failedFuture(
          new RunnerUnavailableException("the runner forgot its token " + TRIES + " times"));
    }
    return token(question)
        .compose(token -> call(question, token))
        .compose(answer -> {
          if (answer.isPresent()) {
            return Future.succeededFuture(answer.get());
          }
          tokens.clear();
          return ask(question, tries - 1);
        });
  }

  private Future<Optional<RunnerAnswer>> call(RunnerQuestion question, long token) {
    long id = ++lastCall & 0xffffffffL;
    Frame frame = A6.call(id, token, question);
    return lease()
        .compose(connection ->
            exchange(connection, frame, question)
                .map(answer -> Optional.ofNullable(A6.answer(id, answer)))
                .onComplete(done -> giveBack(connection, done.succeeded())));
  }

  private Future<Long> token(RunnerQuestion question) {
    Future<Long> known = tokens.get(question.confKey());
    if (known != null && !known.failed()) {
      return known;
    }
    Future<Long> token = prepare(question);
    tokens.put(question.confKey(), token);
    if (tokens.size() > TOKENS_MAX) {
      tokens.remove(tokens.keySet().iterator().next());
    }
    return token;
  }

  private Future<Long> prepare(RunnerQuestion question) {
    return client
        .connect(address)
        .map(RunnerConnection::new)
        .compose(connection ->
            exchange(connection, A6.prepareConf(question), question)
                .map(A6::confToken)
                .onComplete(done -> connection.close()));
  }

  private Future<Frame> exchange(
      RunnerConnection connection, Frame frame, RunnerQuestion question) {
    return connection
        .exchange(frame, question)
        .timeout(bounds.answerMillis, TimeUnit.MILLISECONDS)
        .onFailure(e -> connection.close());
  }

  private Future<RunnerConnection> lease() {
    for (RunnerConnection free = idle.poll(); free != null; free = idle.poll()) {
      if (free.open()) {
        return Future.succeededFuture(free);
      }
      connections--;
    }
    if (connections < bounds.connectionsMax) {
      connections++;
      return client.connect(address).map(RunnerConnection::new).onFailure(e -> freed());
    }
    if (waiting.size() == bounds.waitingMax) {
      return Future.failedFuture(
          new RunnerUnavailableException(bounds.waitingMax + " requests wait for the runner"));
    }
    Promise<RunnerConnection> turn = Promise.promise();
    waiting.add(turn);
    return turn.future();
  }

  private void giveBack(RunnerConnection connection, boolean usable) {
    if (!usable || !connection.open()) {
      connection.close();
      freed();
      return;
    }
    Promise<RunnerConnection> next = waiting.poll();
    if (next != null) {
      next.complete(connection);
    } else {
      idle.push(connection);
    }
  }

  /** A connection is gone: the next one who waits may open another. */
  private void freed() {
    connections--;
    Promise<RunnerConnection> next = waiting.poll();
    if (next != null) {
      lease().onComplete(next);
    }
  }
}
