package io.understudy.daemon.quorum;

import io.understudy.model.Position;
import java.util.Collection;
import java.util.Comparator;

/**
 * How many of the voters must hold an update: k of n.
 *
 * @param n number of voters, from 1
 * @param k voters that must hold an update durably before it counts as replicated, 1..n
 */
public record Quorum(int n, int k) {
  public Quorum {
    if (k < 1 || k > n) {
      throw new IllegalArgumentException("quorum of " + k + " of " + n + " is not within 1..n");
    }
  }

  /** Voters that must answer a promotion, so that one of them has every replicated update (I1). */
  public int promotionVoters() {
    return n - k + 1;
  }

  /**
   * The k-th highest position: everything up to it is held by k voters.
   *
   * @param durable one position per voter
   */
  public Position held(Collection<Position> durable) {
    if (durable.size() != n) {
      throw new IllegalArgumentException(durable.size() + " positions for " + n + " voters");
    }
    return durable.stream()
        .sorted(Comparator.reverseOrder())
        .skip(k - 1L)
        .findFirst()
        .orElseThrow();
  }
}
