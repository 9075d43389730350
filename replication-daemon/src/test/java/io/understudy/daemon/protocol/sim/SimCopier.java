package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.SourceRole;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.util.function.Function;

/** Replaces the content of a machine's database by the primary's; only the last copy counts. */
final class SimCopier {
  private final SimNode shadow;
  private final Simulation world;
  private int begun;

  SimCopier(SimNode shadow, Simulation world) {
    this.shadow = shadow;
    this.world = world;
  }

  /** The journal begins anew where the copy stands. */
  void reseed(String from, Position atLeast) {
    begin(from, atLeast, this::reseeded);
  }

  /** The journal is left alone. */
  void copy(String from, Position atLeast) {
    begin(from, atLeast, this::databaseCopied);
  }

  /** After a while it is told how it ended, unless another copy began or this was abandoned. */
  private void begin(String from, Position atLeast, Function<Tip, Event> made) {
    begun++;
    int mine = begun;
    shadow
        .process()
        .later(
            15 + world.random().nextInt(20),
            () -> {
              if (mine == begun && copies(from, atLeast)) {
                shadow.completes(0, made.apply(shadow.database().tip()));
              } else if (mine == begun) {
                shadow.completes(1, new Event.ReseedFailed());
              }
            });
  }

  private Event reseeded(Tip tip) {
    shadow.journal().reset(tip);
    world.coverage().milestone("Reseeded");
    return new Event.Reseeded(tip);
  }

  private Event databaseCopied(Tip tip) {
    world.coverage().milestone("Copied");
    return new Event.DatabaseCopied(tip.position());
  }

  void abandon() {
    begun++;
  }

  /** Makes the database equal to the primary's, if that is possible now. */
  private boolean copies(String from, Position atLeast) {
    SimNode primary = world.node(from);
    SourceRole leading = primary.source();
    if (leading == null
        || leading.phase() != SourceRole.Phase.OPEN
        || !primary.process().up()
        || !world.network().connected(shadow.name(), from)
        || leading.replicated().compareTo(atLeast) < 0) {
      return false;
    }
    shadow.database().becomePrefixOf(primary.database(), leading.replicated());
    world.invariants().applied(shadow);
    return true;
  }
}
