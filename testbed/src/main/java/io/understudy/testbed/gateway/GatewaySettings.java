package io.understudy.testbed.gateway;

import io.understudy.model.config.HostPort;
import io.understudy.testbed.command.Options;
import io.understudy.testbed.gateway.balance.RetryRule;
import io.understudy.testbed.gateway.runner.RunnerPool;
import java.util.Set;

/**
 * What the gateway is told at its start.
 *
 * @param listen where clients come in
 * @param admin where the Admin API listens
 * @param adminKey what its callers must show
 * @param runnerSocket the plugin runner's Unix socket; it may appear later
 * @param runnerBounds how much the runner may hold up
 * @param retryRule when a request is sent to another node
 * @param bodyBytesMax longest request body
 */
record GatewaySettings(
    HostPort listen,
    HostPort admin,
    String adminKey,
    String runnerSocket,
    RunnerPool.Bounds runnerBounds,
    RetryRule retryRule,
    int bodyBytesMax) {

  /** nginx: {@code proxy_next_upstream error timeout http_502 http_503 http_504}. */
  static final RetryRule RETRY_RULE = new RetryRule(Set.of(502, 503, 504));

  private static final int RUNNER_CONNECTIONS = 32;
  private static final int RUNNER_WAITING = 4096;
  private static final int RUNNER_MILLIS = 60_000;
  private static final int BODY_BYTES = 1 << 20;

  /**
   * Reads the command line.
   *
   * @throws io.understudy.testbed.command.InvalidOptionsException naming every mistake
   */
  static GatewaySettings parse(Options options) {
    GatewaySettings settings =
        new GatewaySettings(
            options.hostPort("listen"),
            options.hostPort("admin"),
            options.secret("admin-key-file"),
            options.text("runner-socket"),
            new RunnerPool.Bounds(
                options.number("runner-connections", RUNNER_CONNECTIONS, 1),
                RUNNER_WAITING,
                options.number("runner-timeout-millis", RUNNER_MILLIS, 1)),
            RETRY_RULE,
            options.number("body-bytes-max", BODY_BYTES, 0));
    options.check();
    return settings;
  }
}
