package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a source knows about its voters, by their names. Owned by the {@link SourceRole}. */
final class VoterLinks {
  private final SourceLimits limits;
  private final Map<String, VoterLink> links = new TreeMap<>();

  VoterLinks(SourceLimits limits) {
    this.limits = limits;
  }

  @Nullable VoterLink of(String voter) {
    return links.get(voter);
  }

  /** In the order of their names. */
  void each(BiConsumer<String, VoterLink> what) {
    links.forEach(what);
  }

  void meet(Electorate electorate) {
    electorate.voters().forEach(v -> links.computeIfAbsent(v, name -> new VoterLink(limits)));
  }

  /** Forgets all others. */
  void keep(Electorate electorate) {
    links.keySet().retainAll(electorate.voters());
  }

  Map<String, Position> acks() {
    Map<String, Position> acks = new HashMap<>();
    links.forEach((voter, link) -> acks.put(voter, link.acked()));
    return acks;
  }

  Set<String> reachable() {
    Set<String> reachable = new TreeSet<>();
    links.forEach((voter, link) -> {
      if (link.joined()) {
        reachable.add(voter);
      }
    });
    return reachable;
  }

  /** Whether voters enough may still acknowledge something in this epoch. */
  boolean suffice(Electorate electorate) {
    return electorate.voters().stream().filter(this::mayStillAck).count() >= electorate.k();
  }

  private boolean mayStillAck(String voter) {
    VoterLink link = links.get(voter);
    return link != null && !link.lost();
  }
}
