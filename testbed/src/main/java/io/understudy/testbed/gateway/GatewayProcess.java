package io.understudy.testbed.gateway;

import io.understudy.testbed.command.Foreground;
import io.understudy.testbed.command.Options;
import io.vertx.core.Future;
import io.vertx.core.Vertx;

/** {@code gateway}: stands in for Apache APISIX where there is none. */
public final class GatewayProcess {
  private GatewayProcess() {}

  /** Serves until the process is told to stop; returns its exit status. */
  public static int run(String[] arguments) {
    return Foreground.run(vertx -> start(vertx, arguments));
  }

  private static Future<String> start(Vertx vertx, String[] arguments) {
    return Gateway.start(vertx, GatewaySettings.parse(new Options(arguments)))
        .map(gateway ->
            "gateway listen=" + gateway.listening() + " admin=" + gateway.adminListening());
  }
}
