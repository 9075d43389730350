package io.understudy.testbed.check;

import io.understudy.model.Cohort;
import io.understudy.model.Share;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The plan in force when somebody looked. Between two looks either may have been in force.
 *
 * @param nanos when, on the clock of the calls
 * @param epoch epoch of the service
 * @param primary owner of the writes in it
 * @param shadow who serves the shifted reads, or null
 * @param cohorts with their shares, in order; the first match counts
 */
public record PlanSeen(
    long nanos, long epoch, String primary, @Nullable String shadow, List<Cohort> cohorts) {
  public PlanSeen {
    cohorts = List.copyOf(cohorts);
  }

  Share shareOf(Person person) {
    return cohorts.stream()
        .filter(person::readsIn)
        .findFirst()
        .map(Cohort::share)
        .orElse(Share.NONE);
  }
}
