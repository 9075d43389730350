package io.understudy.daemon.shift;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What the shift controller looks at.
 *
 * @param risk score of the primary, empty while unknown or too old
 * @param shadow the shadow that may serve, empty while none is in sync
 */
public record ShiftInputs(OptionalDouble risk, Optional<ShadowHealth> shadow) {

  /**
   * How the shadow does.
   *
   * @param lag age of its copy
   * @param errorRatio failed requests per request, 0..1; 0 while it serves nobody
   * @param marksCovered whether its copy holds every write that was answered before the gateway
   *     began to mark writers, so that whoever is unmarked may be served from it
   */
  public record ShadowHealth(Duration lag, double errorRatio, boolean marksCovered) {}
}
