package io.understudy.testbed.app;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Runs blocking work on virtual threads; its result comes back on the event loop. */
final class Blocking {
  private final Context context;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  Blocking(Context context) {
    this.context = context;
  }

  <T> Future<T> run(Callable<T> work) {
    Promise<T> promise = Promise.promise();
    threads.execute(() -> {
      try {
        T result = work.call();
        context.runOnContext(ignored -> promise.complete(result));
      } catch (Exception e) {
        context.runOnContext(ignored -> promise.fail(e));
      }
    });
    return promise.future();
  }

  void close() {
    threads.shutdownNow();
  }
}
