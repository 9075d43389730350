package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.Optional;

/** What a voter's database contains, and how far it may go on. Owned by the {@link VoterRole}. */
final class ShadowProgress {
  private final Rules rules;
  // Invariant: applied <= applying <= min(durable, watermark), but after damage or a copy, whose
  // source had more.
  private Position watermark = Position.NONE;
  private Position applied;
  private Position applying;
  private boolean copying;

  ShadowProgress(Rules rules, Position applied) {
    this.rules = rules;
    this.applied = applied;
    this.applying = applied;
  }

  Position applied() {
    return applied;
  }

  /** Whether its content is being replaced, and so nothing is applied to it. */
  boolean copying() {
    return copying;
  }

  void replicated(Position upTo) {
    watermark = Rules.max(watermark, upTo);
  }

  /** It contains this now, whatever was asked for before. */
  void contains(Position position) {
    applied = position;
    applying = position;
  }

  void beginCopy() {
    copying = true;
  }

  void abandonCopy() {
    copying = false;
  }

  /** Snapshots are taken within the watermark. */
  void copied(Position position) {
    copying = false;
    contains(position);
    replicated(position);
  }

  /** What is to be applied now, if there is more and nothing is under way. */
  Optional<Position> next(Position durable) {
    Position target = rules.applicable(durable, watermark);
    if (copying || !applying.equals(applied) || target.compareTo(applied) <= 0) {
      return Optional.empty();
    }
    applying = target;
    return Optional.of(target);
  }
}
