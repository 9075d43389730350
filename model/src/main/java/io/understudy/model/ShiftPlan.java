package io.understudy.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the daemon wants the gateways to do for a service: value of the Hazelcast map {@code
 * shift-plans}, keyed by service. It names endpoints, never roles of endpoints in gateway objects.
 *
 * @param service name of the service
 * @param epoch fencing number; a plan of a lower epoch is never put in force after a higher one
 * @param version grows with every change within an epoch
 * @param issuedAtMillis wall clock of the daemon, milliseconds since 1970; renewed while unchanged
 * @param primary endpoint that owns the writes in this epoch
 * @param shadow endpoint that serves the shifted reads, or null while nobody may shift
 * @param decisionHeader request header that the gateway matches to route to the shadow;
 *     unguessable, so that clients cannot forge it
 * @param cookie name of the cookie that holds a settled bucket or a write mark
 * @param identity request headers that name the user and the cohort
 * @param ramp upper bound of every share by risk once the plan is older than its age limit
 * @param maxAgeMillis age from which on the plan is stale
 * @param cohorts in order; the first match counts; no match means primary
 */
public record ShiftPlan(
    String service,
    long epoch,
    long version,
    long issuedAtMillis,
    String primary,
    @Nullable String shadow,
    String decisionHeader,
    String cookie,
    Identity identity,
    Ramp ramp,
    long maxAgeMillis,
    List<Cohort> cohorts) {

  /** Name of the Hazelcast map; keys are service names. */
  public static final String MAP = "shift-plans";

  public ShiftPlan {
    Names.require("service", service);
    Names.require("primary", primary);
    if (shadow != null) {
      Names.require("shadow", shadow);
    }
    if (primary.equals(shadow)) {
      throw new IllegalArgumentException("endpoint '" + primary + "' cannot be its own shadow");
    }
    cohorts = List.copyOf(cohorts);
  }

  /**
   * Where a request says who it is.
   *
   * @param userHeader header with the user key, lower case
   * @param groupHeader header with the user group, lower case
   * @param regionHeader header with the client's region, lower case
   */
  public record Identity(String userHeader, String groupHeader, String regionHeader) {
    public static final Identity DEFAULT =
        new Identity("x-user-id", "x-user-group", "x-user-region");
  }

  /** The same plan as another version, issued at another time. */
  public ShiftPlan asVersion(long newVersion, long newIssuedAtMillis) {
    return new ShiftPlan(
        service,
        epoch,
        newVersion,
        newIssuedAtMillis,
        primary,
        shadow,
        decisionHeader,
        cookie,
        identity,
        ramp,
        maxAgeMillis,
        cohorts);
  }

  /** The largest share of any cohort. */
  public Share highestShare() {
    return cohorts.stream().map(Cohort::share).max(Share::compareTo).orElse(Share.NONE);
  }
}
