package io.understudy.daemon.api;

import io.understudy.daemon.audit.AuditEntry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/** Answers whoever waits for the next audit entry. All state belongs to one event loop. */
public final class EventFeed {
  private final Vertx vertx;
  private final Context loop;
  private final LongFunction<List<AuditEntry>> entriesAfter;
  private final List<Promise<Void>> waiters = new ArrayList<>();

  /**
   * A feed of a log.
   *
   * @param entriesAfter the entries after a sequence number
   */
  public EventFeed(Vertx vertx, LongFunction<List<AuditEntry>> entriesAfter) {
    this.vertx = vertx;
    this.loop = vertx.getOrCreateContext();
    this.entriesAfter = entriesAfter;
  }

  /** Something was recorded; may be called from any thread. */
  public void wake() {
    loop.runOnContext(ignored -> {
      waiters.forEach(Promise::tryComplete);
      waiters.clear();
    });
  }

  /** The entries after {@code seq}, as soon as there is one, or none when {@code wait} is over. */
  Future<List<AuditEntry>> await(long seq, Duration wait) {
    Promise<Void> woken = Promise.promise();
    loop.runOnContext(ignored -> {
      if (wait.isZero() || !entriesAfter.apply(seq).isEmpty()) {
        woken.complete();
        return;
      }
      waiters.add(woken);
      vertx.setTimer(
          wait.toMillis(),
          timer -> {
            waiters.remove(woken);
            woken.tryComplete();
          });
    });
    return woken.future().map(ignored -> entriesAfter.apply(seq));
  }
}
