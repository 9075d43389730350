package io.understudy.testbed.gateway.config;

import java.util.Optional;
import java.util.Set;

/**
 * How an upstream's nodes are watched; defaults are APISIX's.
 *
 * @param active requests that the gateway makes on its own
 * @param passive what it learns from the clients' requests
 */
public record Checks(Active active, Optional<Thresholds> passive) {
  /**
   * A request to each node at an interval.
   *
   * @param path what to ask for
   * @param timeoutMillis how long to wait for the answer
   * @param upMillis interval while the node is up
   * @param downMillis interval while it is down
   * @param thresholds what its answers mean
   */
  public record Active(
      String path, long timeoutMillis, long upMillis, long downMillis, Thresholds thresholds) {}

  /**
   * How many observations in a row change a node's state; 0 means they never do.
   *
   * @param goodStatuses answers that speak for the node
   * @param successes of them bring it up
   * @param badStatuses answers that speak against it
   * @param httpFailures of them take it down
   * @param tcpFailures refused or broken connections take it down
   * @param timeouts take it down
   */
  public record Thresholds(
      Set<Integer> goodStatuses,
      int successes,
      Set<Integer> badStatuses,
      int httpFailures,
      int tcpFailures,
      int timeouts) {}

  private static final Thresholds ACTIVE =
      new Thresholds(Set.of(200, 302), 2, Set.of(429, 404, 500, 501, 502, 503, 504, 505), 5, 2, 3);
  private static final Set<Integer> PASSIVE_GOOD =
      Set.of(
          200, 201, 202, 203, 204, 205, 206, 207, 208, 226, 300, 301, 302, 303, 304, 305, 306, 307,
          308);
  private static final Thresholds PASSIVE =
      new Thresholds(PASSIVE_GOOD, 5, Set.of(429, 500, 503), 5, 2, 7);

  static Checks parse(Fields fields) {
    if (!fields.has("active")) {
      throw InvalidObjectException.at(fields.path("active"), "is required");
    }
    Checks checks =
        new Checks(
            active(fields.objectOrEmpty("active")),
            fields.object("passive").map(passive -> passive(passive)));
    fields.end();
    return checks;
  }

  private static Active active(Fields fields) {
    requireHttp(fields);
    Fields healthy = fields.objectOrEmpty("healthy");
    Fields unhealthy = fields.objectOrEmpty("unhealthy");
    Active active =
        new Active(
            fields.text("http_path").orElse("/"),
            fields.seconds("timeout", 1),
            Math.max(1, healthy.seconds("interval", 1)),
            Math.max(1, unhealthy.seconds("interval", 1)),
            thresholds(healthy, unhealthy, ACTIVE));
    fields.ignoring("concurrency").end();
    return active;
  }

  private static Thresholds passive(Fields fields) {
    requireHttp(fields);
    Thresholds thresholds =
        thresholds(fields.objectOrEmpty("healthy"), fields.objectOrEmpty("unhealthy"), PASSIVE);
    fields.end();
    return thresholds;
  }

  private static void requireHttp(Fields fields) {
    if (!fields.text("type").orElse("http").equals("http")) {
      throw InvalidObjectException.at(fields.path("type"), "the gateway checks by http only");
    }
  }

  private static Thresholds thresholds(Fields healthy, Fields unhealthy, Thresholds defaults) {
    Thresholds thresholds =
        new Thresholds(
            healthy.integers("http_statuses", defaults.goodStatuses),
            healthy.integer("successes", defaults.successes, 0),
            unhealthy.integers("http_statuses", defaults.badStatuses),
            unhealthy.integer("http_failures", defaults.httpFailures, 0),
            unhealthy.integer("tcp_failures", defaults.tcpFailures, 0),
            unhealthy.integer("timeouts", defaults.timeouts, 0));
    healthy.end();
    unhealthy.end();
    return thresholds;
  }
}
