package io.understudy.gateway.cache;

import io.understudy.gateway.metrics.GatewayMetrics;
import io.understudy.model.ShiftPlan;
import java.util.HashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says once, when it happens, that an entry or the cluster became readable or stopped being so. */
final class EntryLog {
  private static final Logger log = LoggerFactory.getLogger(EntryLog.class);

  private final GatewayMetrics metrics;
  private final Map<String, State> states = new HashMap<>();

  // A client that has just started is offline until the cluster has answered once.
  private boolean connected;

  private enum State {
    UNKNOWN,
    KNOWN,
    UNREADABLE,
    OUTDATED
  }

  EntryLog(GatewayMetrics metrics) {
    this.metrics = metrics;
  }

  void cluster(Reading<?> listed) {
    boolean wasConnected = connected;
    connected = !(listed instanceof Reading.Offline);
    metrics.clusterConnected(connected);
    if (listed instanceof Reading.Offline<?>(String cause) && wasConnected) {
      log.warn(
          "cluster: CONNECTED -> OFFLINE cause={}; the last values serve until their age limits",
          cause);
    } else if (connected && !wasConnected) {
      log.info("cluster: OFFLINE -> CONNECTED");
    }
  }

  void plan(String service, Reading<ShiftPlan> reading, Ledger ledger) {
    if (!(reading instanceof Reading.Known<ShiftPlan>(ShiftPlan plan))
        || !ledger.isOutdated(plan)) {
      entry(ShiftPlan.MAP, service, reading);
      return;
    }
    State before = enter(ShiftPlan.MAP + " " + service, State.OUTDATED);
    if (before != State.OUTDATED) {
      log.warn(
          "{} {}: {} -> OUTDATED epoch={} version={}; a newer plan was in force and stays",
          ShiftPlan.MAP,
          service,
          before,
          plan.epoch(),
          plan.version());
    }
  }

  void entry(String map, String key, Reading<?> reading) {
    switch (reading) {
      case Reading.Offline<?> offline -> {
        // The cluster's line says it for all entries.
      }
      case Reading.Absent<?> absent -> enter(map + " " + key, State.UNKNOWN);
      case Reading.Known<?> known -> {
        State before = enter(map + " " + key, State.KNOWN);
        if (before != State.KNOWN) {
          log.info("{} {}: {} -> KNOWN", map, key, before);
        }
      }
      case Reading.Unreadable<?>(String cause) -> unreadable(map, key, cause);
    }
  }

  private void unreadable(String map, String key, String cause) {
    State before = enter(map + " " + key, State.UNREADABLE);
    if (before != State.UNREADABLE) {
      metrics.becameUnreadable(map);
      log.error(
          "{} {}: {} -> UNREADABLE cause={}; it counts as unknown until a valid value is published;"
              + " check that its writer and this plugin host are of the same release",
          map,
          key,
          before,
          cause);
    }
  }

  private State enter(String entry, State next) {
    State before = states.put(entry, next);
    return before == null ? State.UNKNOWN : before;
  }
}
