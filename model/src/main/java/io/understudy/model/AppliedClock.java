package io.understudy.model;

/**
 * How far a shadow's copy reaches, on the source daemon's clock: value of the Hazelcast map {@code
 * applied-clocks}. Every commit that was acknowledged before {@code readingMillis} is on the
 * shadow, because the daemon reads its clock before it inserts the heartbeat row.
 *
 * @param service name of the service
 * @param endpoint name of the shadow
 * @param epoch epoch of the heartbeat
 * @param readingMillis clock reading in the newest heartbeat row applied, milliseconds since 1970
 */
public record AppliedClock(String service, String endpoint, long epoch, long readingMillis) {
  /** Name of the Hazelcast map; keys are {@link RiskScore#key}. */
  public static final String MAP = "applied-clocks";
}
