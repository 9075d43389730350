package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.Frame;
import io.understudy.daemon.protocol.LeaseTerms;
import java.time.Duration;

/**
 * The server of one machine's database, with its own clock: what it does whether or not the daemon
 * beside it runs.
 */
final class SimServer {
  private static final int CLOSING_MILLIS = 10;
  static final LeaseTerms LEASE =
      new LeaseTerms(Duration.ofMillis(90), Duration.ofMillis(CLOSING_MILLIS), 100);

  private final SimNode node;
  private final Simulation world;
  private final SimDatabase database = new SimDatabase();
  private final SimClock clock;

  SimServer(SimNode node, Simulation world) {
    this.node = node;
    this.world = world;
    this.clock = SimClock.drawn(world.random());
  }

  SimDatabase database() {
    return database;
  }

  /** A client commits, if it may; what was committed is told to whoever streams. */
  void commit() {
    if (database.over(world.agenda().nowMillis())) {
      closesItself();
    }
    if (database.openEpoch() == 0) {
      return;
    }
    Frame frame = database.commit(world.random().nextLong());
    world.trace(node.name(), "commits " + database.tip());
    world.invariants().committed(database.tip());
    if (!database.commitsWait()) {
      world.invariants().returnedAtOnce(frame);
    }
    node.capture(frame);
  }

  private void closesItself() {
    world.trace(node.name(), "closes itself");
    if (node.process().paused()) {
      world.coverage().fault(Fault.STOPPED_BEYOND_THE_LEASE);
    } else if (!node.process().up()) {
      world.coverage().fault(Fault.DEAD_BEYOND_THE_LEASE);
    }
    database.close();
    node.completes(1, new Event.Lapsed());
  }

  /** It counts by its own clock, and then takes as long to close as it may. */
  void extend(long untilMillis, SimClock asker) {
    if (untilMillis == Long.MAX_VALUE) {
      database.closeBy(untilMillis);
      return;
    }
    long now = world.agenda().nowMillis();
    long left = Math.max(0, LEASE.shorten(untilMillis - asker.at(now)));
    database.closeBy(now + clock.lasts(left) + CLOSING_MILLIS);
  }

  void relax() {
    world.coverage().milestone("Relaxed");
    database.relax();
  }

  void tighten() {
    node.process()
        .later(
            1 + world.random().nextInt(15),
            () -> {
              world.coverage().milestone("Tightened");
              node.completes(0, new Event.Tightened(database.tighten()));
            });
  }

  void shut() {
    world.coverage().fault(Fault.LEASE_NOT_RENEWED);
    int before = database.openings();
    world
        .agenda()
        .in(
            world.random().nextInt(CLOSING_MILLIS),
            () -> {
              if (database.openings() == before) {
                database.close();
              }
            });
  }
}
