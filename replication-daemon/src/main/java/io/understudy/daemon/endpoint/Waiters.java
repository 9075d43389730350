package io.understudy.daemon.endpoint;

import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Who waits until a source has replicated more. On the loop. */
final class Waiters {
  private static final int WAITING_MAX = 1_000;

  private record Waiter(Position after, CompletableFuture<Position> answer) {}

  private final List<Waiter> waiting = new ArrayList<>();

  /** Answers at once if there is news, or if too many wait already. */
  void add(Position after, Position replicated, CompletableFuture<Position> answer) {
    waiting.removeIf(waiter -> waiter.answer().isDone()); // Their time was over.
    if (replicated.compareTo(after) > 0 || waiting.size() >= WAITING_MAX) {
      answer.complete(replicated);
    } else {
      waiting.add(new Waiter(after, answer));
    }
  }

  void advance(Position replicated) {
    waiting.removeIf(waiter -> {
      if (replicated.compareTo(waiter.after()) > 0) {
        waiter.answer().complete(replicated);
      }
      return waiter.answer().isDone();
    });
  }

  /** There will be no more news. */
  void leave(Position replicated) {
    waiting.forEach(waiter -> waiter.answer().complete(replicated));
    waiting.clear();
  }
}
