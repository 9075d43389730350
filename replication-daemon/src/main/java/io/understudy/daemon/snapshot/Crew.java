package io.understudy.daemon.snapshot;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that work on one thing together: the first that fails ends the others. */
final class Crew {
  private Crew() {}

  /** Runs all tasks at once and returns what they return, when all of them have ended. */
  static <T> List<T> all(List<? extends Callable<T>> tasks)
      throws SQLException, InterruptedException {
    // An interrupt closes the socket that a virtual thread reads from, so nobody is waited for.
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletionService<T> ended = new ExecutorCompletionService<>(threads);
      List<Future<T>> futures = tasks.stream().map(task -> ended.submit(task)).toList();
      try {
        for (int i = 0; i < futures.size(); i++) {
          ended.take().get();
        }
        return futures.stream().map(Future::resultNow).toList();
      } catch (ExecutionException e) {
        throw cause(e);
      } finally {
        threads.shutdownNow();
      }
    }
  }

  private static SQLException cause(ExecutionException e) throws InterruptedException {
    return switch (e.getCause()) {
      case SQLException failure -> failure;
      case InterruptedException interrupt -> throw interrupt;
      case RuntimeException defect -> throw defect;
      case null, default -> throw new IllegalStateException(e);
    };
  }
}
