package io.understudy.daemon.lifecycle;

import java.util.EnumSet;
import java.util.Set;

/**
 * Where a service stands in the change of its primary.
 *
 * <pre>
 *   STEADY --close the old primary--> CLOSED --compare-and-set--> DECIDED --slot--> OPENING --> STEADY
 *     |  ^--------- no candidate ---------|                          ^
 *     +------------------ the old primary is dead -------------------+
 * </pre>
 */
public enum ServicePhase {
  /** One primary is open. */
  STEADY,
  /** The old primary refuses writes, nothing is decided yet. */
  CLOSED,
  /** The control record names the new primary, which is not open yet. */
  DECIDED,
  /** The new primary's stream exists; its application is being given the writes. */
  OPENING;

  private Set<ServicePhase> next() {
    return switch (this) {
      case STEADY -> EnumSet.of(CLOSED, DECIDED);
      case CLOSED -> EnumSet.of(STEADY, DECIDED);
      case DECIDED -> EnumSet.of(OPENING);
      // DECIDED: a daemon that starts beside a dead primary never gets to open it.
      case OPENING -> EnumSet.of(STEADY, DECIDED);
    };
  }

  /**
   * The phase that follows.
   *
   * @throws IllegalStateException if it may not
   */
  public ServicePhase to(ServicePhase following) {
    if (!next().contains(following)) {
      throw new IllegalStateException("a service cannot go from " + this + " to " + following);
    }
    return following;
  }
}
