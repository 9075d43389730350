package io.understudy.testbed.command;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.PrintStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs one server until the process is told to stop. */
public final class Foreground {
  /** Exit status when the process was told something that it cannot do. */
  public static final int MISTAKE = 2;

  private static final int CLOSE_SECONDS_MAX = 5;

  private Foreground() {}

  /**
   * Starts a server, prints its line {@code ready ...} and waits for the end.
   *
   * @param start starts it; the result is what is printed after {@code ready}
   * @return the exit status: 0, or 2 with a message if it could not start
   */
  public static int run(Function<Vertx, Future<String>> start) {
    Vertx vertx = Vertx.vertx();
    CountDownLatch stopped = new CountDownLatch(1);
    try {
      say(System.out, "ready " + start.apply(vertx).await());
    } catch (CannotStartException | InvalidOptionsException e) {
      say(System.err, e.getMessage());
      vertx.close().await();
      return MISTAKE;
    }
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(vertx, stopped), "stop"));
    return awaited(stopped);
  }

  private static void stop(Vertx vertx, CountDownLatch stopped) {
    try {
      vertx.close().await(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      say(System.err, "not closed after " + CLOSE_SECONDS_MAX + " s");
    } finally {
      stopped.countDown();
    }
  }

  private static int awaited(CountDownLatch stopped) {
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return 0;
  }

  private static void say(PrintStream stream, @Nullable String line) {
    stream.println(line);
    stream.flush();
  }
}
