package io.understudy.testbed.demo;

import io.vertx.core.json.JsonObject;

/**
 * An entry of the daemon's audit.
 *
 * @param seq its number
 * @param atMillis wall clock of the daemon
 * @param kind what changed
 * @param from before
 * @param to after
 * @param cause why
 */
record AuditEvent(long seq, long atMillis, String kind, String from, String to, String cause) {

  static AuditEvent read(JsonObject json) {
    return new AuditEvent(
        json.getLong("seq"),
        json.getLong("atMillis"),
        json.getString("kind"),
        json.getString("from", ""),
        json.getString("to", ""),
        json.getString("cause", ""));
  }

  /** The daemon left its calm: the alarm. */
  boolean isAlarm() {
    return kind.equals("shift") && from.startsWith("Calm");
  }

  /** The first users moved. */
  boolean movesUsers() {
    return kind.equals("shift") && to.startsWith("Shifted");
  }

  /** A shadow reached the state in which it may serve. */
  boolean bringsShadowInSync() {
    return kind.startsWith("shadow ") && to.equals("IN_SYNC");
  }
}
