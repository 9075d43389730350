package io.understudy.testbed.gateway.balance;

import io.understudy.testbed.gateway.config.Checks.Thresholds;

/**
 * Whether a node is up, and what speaks against that: successes and failures in a row.
 *
 * <p>A success forgets the failures before it and the other way round; when a count reaches its
 * threshold the node changes sides and all counts start again.
 *
 * @param up whether requests may go there
 * @param successes in a row
 * @param httpFailures since the last success
 * @param tcpFailures since the last success
 * @param timeouts since the last success
 */
record NodeHealth(boolean up, int successes, int httpFailures, int tcpFailures, int timeouts) {
  static final NodeHealth UP = new NodeHealth(true, 0, 0, 0, 0);
  static final NodeHealth DOWN = new NodeHealth(false, 0, 0, 0, 0);

  NodeHealth after(Observation observation, Thresholds thresholds) {
    return switch (observation) {
      case Observation.Answered(int status) when thresholds.goodStatuses().contains(status) ->
          new NodeHealth(up, successes + 1, 0, 0, 0).settled(thresholds);
      case Observation.Answered(int status) when thresholds.badStatuses().contains(status) ->
          new NodeHealth(up, 0, httpFailures + 1, tcpFailures, timeouts).settled(thresholds);
      case Observation.Answered ignored -> this;
      case Observation.Broken ignored ->
          new NodeHealth(up, 0, httpFailures, tcpFailures + 1, timeouts).settled(thresholds);
      case Observation.TimedOut ignored ->
          new NodeHealth(up, 0, httpFailures, tcpFailures, timeouts + 1).settled(thresholds);
    };
  }

  private NodeHealth settled(Thresholds thresholds) {
    if (up) {
      boolean failed =
          reached(httpFailures, thresholds.httpFailures())
              || reached(tcpFailures, thresholds.tcpFailures())
              || reached(timeouts, thresholds.timeouts());
      return failed ? DOWN : this;
    }
    return reached(successes, thresholds.successes()) ? UP : this;
  }

  private static boolean reached(int count, int threshold) {
    return threshold > 0 && count >= threshold;
  }
}
