package io.understudy.testbed.gateway.balance;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/**
 * Smooth weighted round robin, as in nginx: each candidate gains its weight, the richest has the
 * turn and pays the total. Not for use by several threads.
 */
public final class Turns<T> {
  private final Map<T, Integer> credit = new HashMap<>();
  private final ToIntFunction<T> weight;

  public Turns(ToIntFunction<T> weight) {
    this.weight = weight;
  }

  /** Whose turn it is; empty when no candidate has a weight. */
  public Optional<T> next(List<T> candidates) {
    List<T> weighted =
        candidates.stream().filter(candidate -> weight.applyAsInt(candidate) > 0).toList();
    weighted.forEach(
        candidate -> credit.merge(candidate, weight.applyAsInt(candidate), Integer::sum));
    Optional<T> chosen =
        weighted.stream()
            .max(Comparator.comparingInt(candidate -> credit.getOrDefault(candidate, 0)));
    int total = weighted.stream().mapToInt(weight).sum();
    chosen.ifPresent(candidate -> credit.merge(candidate, -total, Integer::sum));
    return chosen;
  }
}
