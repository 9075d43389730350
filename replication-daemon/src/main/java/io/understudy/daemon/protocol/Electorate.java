package io.understudy.daemon.protocol;

import io.understudy.daemon.quorum.Quorum;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Whose journals count, and how many of them an acknowledgement needs.
 *
 * @param voters their names, each once
 * @param k journals that must hold a transaction before it counts as replicated, 1..voters
 */
public record Electorate(List<String> voters, int k) {
  public Electorate {
    voters = List.copyOf(voters);
    if (new HashSet<>(voters).size() != voters.size()) {
      throw new IllegalArgumentException("voters " + voters + " hold a name twice");
    }
    new Quorum(voters.size(), k);
  }

  public Quorum quorum() {
    return new Quorum(voters.size(), k);
  }

  /** Everything up to here is held by k voters; who has not answered holds nothing. */
  public Position held(Map<String, Position> durable) {
    List<Position> positions = new ArrayList<>(voters.size());
    for (String voter : voters) {
      positions.add(durable.getOrDefault(voter, Position.NONE));
    }
    return quorum().held(positions);
  }

  /** The time that k voters reach; who has no time has none of them. */
  OptionalLong reached(Map<String, Long> times) {
    return voters.stream()
        .filter(times::containsKey)
        .map(times::get)
        .sorted(Comparator.reverseOrder())
        .skip(k - 1L)
        .mapToLong(Long::longValue)
        .findFirst();
  }

  /** Whether {@code promised} has a voter in common with every set that could acknowledge (I1). */
  public boolean mayPromote(Collection<String> promised) {
    return voters.stream().filter(promised::contains).count() >= quorum().promotionVoters();
  }
}
