package io.understudy.daemon.service;

import io.understudy.model.Position;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Answers whoever waits for a service's replicated position. All state belongs to one event loop;
 * {@link #advance} may be called from any thread.
 */
public final class ReplicatedFeed {
  private static final int WAITERS_MAX = 10_000;

  private final Vertx vertx;
  private final Context loop;
  private final Map<String, Replicated> newest = new HashMap<>();
  private final Map<String, Map<Long, Waiter>> waiters = new HashMap<>();
  private long lastId;

  /**
   * How far a service is replicated.
   *
   * @param primary the endpoint whose log the position is in
   * @param position everything up to here is durable on k voters
   */
  public record Replicated(String primary, Position position) {}

  private record Waiter(Position after, Promise<Replicated> answer, long timer) {}

  public ReplicatedFeed(Vertx vertx) {
    this.vertx = vertx;
    this.loop = vertx.getOrCreateContext();
  }

  /** The replicated position of a service has grown, or its epoch has begun. */
  public void advance(String service, String primary, Position position) {
    loop.runOnContext(ignored -> apply(service, new Replicated(primary, position)));
  }

  /**
   * Completes as soon as the position is higher than {@code after}, or when {@code wait} is over,
   * in both cases with the newest position.
   */
  public Future<Replicated> await(String service, Position after, Duration wait) {
    Promise<Replicated> answer = Promise.promise();
    loop.runOnContext(ignored -> register(service, after, wait, answer));
    return answer.future();
  }

  private void apply(String service, Replicated replicated) {
    Replicated known = newest.get(service);
    if (known != null && replicated.position().compareTo(known.position()) <= 0) {
      return;
    }
    newest.put(service, replicated);
    Iterator<Waiter> waiting = waiters.getOrDefault(service, Map.of()).values().iterator();
    while (waiting.hasNext()) {
      Waiter waiter = waiting.next();
      if (replicated.position().compareTo(waiter.after()) > 0) {
        waiting.remove();
        vertx.cancelTimer(waiter.timer());
        waiter.answer().complete(replicated);
      }
    }
  }

  private void register(String service, Position after, Duration wait, Promise<Replicated> answer) {
    Replicated known = newest.getOrDefault(service, new Replicated("", Position.NONE));
    if (known.position().compareTo(after) > 0 || wait.toMillis() < 1) {
      answer.complete(known);
      return;
    }
    Map<Long, Waiter> waiting = waiters.computeIfAbsent(service, name -> new LinkedHashMap<>());
    if (waiting.size() >= WAITERS_MAX) {
      answer.fail(new IllegalStateException(WAITERS_MAX + " clients wait already"));
      return;
    }
    long id = ++lastId;
    long timer = vertx.setTimer(wait.toMillis(), ignored -> expire(service, id));
    waiting.put(id, new Waiter(after, answer, timer));
  }

  private void expire(String service, long id) {
    Waiter waiter = waiters.getOrDefault(service, Map.of()).remove(id);
    if (waiter != null) {
      waiter.answer().complete(newest.getOrDefault(service, new Replicated("", Position.NONE)));
    }
  }
}
