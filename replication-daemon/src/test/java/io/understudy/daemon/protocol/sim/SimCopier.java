package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.SourceRole;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.util.function.Consumer;

/** Replaces the content of a machine's database by the primary's; only the last copy counts. */
final class SimCopier {
  private final SimNode shadow;
  private final Simulation world;
  private int begun;

  SimCopier(SimNode shadow, Simulation world) {
    this.shadow = shadow;
    this.world = world;
  }

  /** After a while one of the two is called, unless another copy began or this was abandoned. */
  void begin(String from, Position atLeast, Consumer<Tip> made, Runnable failed) {
    begun++;
    int mine = begun;
    shadow
        .process()
        .later(
            15 + world.random().nextInt(20),
            () -> {
              if (mine == begun && copies(from, atLeast)) {
                made.accept(shadow.database().tip());
              } else if (mine == begun) {
                failed.run();
              }
            });
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
