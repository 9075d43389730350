package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Durability;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What somebody wants commits to be worth, until record and database say so. On the loop. */
final class DurabilityOrder {
  private record Pending(Durability worth, CompletableFuture<Durability> done) {}

  private @Nullable Pending pending;

  /** Replaces an earlier order, whoever gave it hears that. */
  void give(Durability worth, CompletableFuture<Durability> done) {
    end("a later order says " + worth);
    pending = new Pending(worth, done);
  }

  /**
   * What is still to be asked for. Answers who waits for it once that is in force.
   *
   * @param said what the control record says
   * @param returnsAtOnce what COMMIT does
   */
  Optional<Durability> outstanding(Durability said, boolean returnsAtOnce) {
    Pending now = pending;
    if (now == null) {
      return Optional.empty();
    }
    if (said != now.worth) {
      return Optional.of(now.worth);
    }
    if (returnsAtOnce != said.waits()) {
      pending = null;
      now.done.complete(said);
    }
    return Optional.empty();
  }

  /** It is not carried out any more. */
  void end(String reason) {
    Pending now = pending;
    pending = null;
    if (now != null) {
      now.done.completeExceptionally(new IllegalStateException(reason));
    }
  }
}
