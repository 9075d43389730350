package io.understudy.daemon.quorum;

import io.understudy.model.Position;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The replicated watermark: the highest position such that everything up to it was held by k voters
 * at once. Immutable.
 */
public final class Watermark {
  private final Quorum quorum;
  private final Map<String, Position> durable;
  // Invariant (I4): never falls, and is at most the k-th highest durable position of some moment.
  private final Position replicated;

  private Watermark(Quorum quorum, Map<String, Position> durable, Position replicated) {
    this.quorum = quorum;
    this.durable = durable;
    this.replicated = replicated;
  }

  /** Nothing is held by anybody yet. */
  public static Watermark of(int k, Collection<String> voters) {
    Map<String, Position> durable = new TreeMap<>();
    voters.forEach(voter -> durable.put(voter, Position.NONE));
    return new Watermark(new Quorum(durable.size(), k), durable, Position.NONE);
  }

  /**
   * This voter holds everything up to {@code position}.
   *
   * @throws IllegalArgumentException if there is no such voter
   */
  public Watermark advance(String voter, Position position) {
    Position before = require(voter);
    return before.compareTo(position) >= 0 ? this : with(voter, position);
  }

  /** This voter lost what it held; what was replicated stays so. */
  public Watermark forget(String voter) {
    require(voter);
    return with(voter, Position.NONE);
  }

  public Position replicated() {
    return replicated;
  }

  private Position require(String voter) {
    Position position = durable.get(voter);
    if (position == null) {
      throw new IllegalArgumentException("no voter '" + voter + "' among " + durable.keySet());
    }
    return position;
  }

  private Watermark with(String voter, Position position) {
    Map<String, Position> next = new LinkedHashMap<>(durable);
    next.put(voter, position);
    Position held = quorum.held(next.values());
    return new Watermark(quorum, next, held.compareTo(replicated) > 0 ? held : replicated);
  }
}
