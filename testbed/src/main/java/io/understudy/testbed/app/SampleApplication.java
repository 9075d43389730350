package io.understudy.testbed.app;

import io.understudy.testbed.command.Foreground;
import io.understudy.testbed.command.Options;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** {@code app}: one endpoint of the sample application. */
public final class SampleApplication {
  private static final double LEAK_SHARE_OF_HEAP = 0.85;
  private static final int BYTES_PER_MEGABYTE = 1 << 20;

  private SampleApplication() {}

  /** Serves until the process is told to stop; returns its exit status. */
  public static int run(String[] arguments) {
    return Foreground.run(vertx -> start(vertx, arguments));
  }

  private static Future<String> start(Vertx vertx, String[] arguments) {
    long heap = Runtime.getRuntime().maxMemory() / BYTES_PER_MEGABYTE;
    AppSettings settings =
        AppSettings.parse(new Options(arguments), (int) (heap * LEAK_SHARE_OF_HEAP));
    return Application.start(vertx, settings)
        .map(application ->
            "app endpoint=" + settings.endpoint() + " listen=" + application.listening());
  }
}
