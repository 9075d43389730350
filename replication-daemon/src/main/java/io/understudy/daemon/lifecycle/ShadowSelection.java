package io.understudy.daemon.lifecycle;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Chooses the one shadow that serves reads: in a region where the data may be, outside the
 * primary's region if there is such a shadow, in the preferred region first. The present choice
 * stays as long as it is in sync, because changing it moves users for nothing.
 */
public final class ShadowSelection {
  private final List<String> regions;

  /**
   * A region policy.
   *
   * @param regions regions where the data may be, the preferred first; empty for any
   */
  public ShadowSelection(List<String> regions) {
    this.regions = List.copyOf(regions);
  }

  /**
   * A shadow to choose from.
   *
   * @param endpoint its name
   * @param region where it runs
   * @param inSync whether its lag is inside the bound
   */
  public record Candidate(String endpoint, String region, boolean inSync) {}

  /** Whether the policy lets the data be there at all. */
  public boolean allows(String region) {
    return regions.isEmpty() || regions.contains(region);
  }

  public Optional<String> choose(
      List<Candidate> candidates, String primaryRegion, Optional<String> present) {
    List<Candidate> fit =
        candidates.stream().filter(c -> c.inSync() && allows(c.region())).toList();
    Optional<String> kept =
        present.filter(name -> fit.stream().anyMatch(c -> c.endpoint().equals(name)));
    return kept.or(() ->
        fit.stream()
            .min(
                Comparator.comparing((Candidate c) -> c.region().equals(primaryRegion))
                    .thenComparingInt(c -> Math.floorMod(regions.indexOf(c.region()), 1 << 20)))
            .map(Candidate::endpoint));
  }
}
