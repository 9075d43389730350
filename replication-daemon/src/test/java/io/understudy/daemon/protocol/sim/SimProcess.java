package io.understudy.daemon.protocol.sim;

/** A process that can crash, and be stopped and continued. */
final class SimProcess {
  private final String name;
  private final Simulation world;
  private int incarnation;
  private boolean up = true;
  private long pausedUntilMillis;

  SimProcess(String name, Simulation world) {
    this.name = name;
    this.world = world;
  }

  String name() {
    return name;
  }

  boolean up() {
    return up;
  }

  int incarnation() {
    return incarnation;
  }

  boolean paused() {
    return pausedUntilMillis > world.agenda().nowMillis();
  }

  void crash() {
    up = false;
    incarnation++;
  }

  void start() {
    up = true;
  }

  void pause(long millis) {
    // A shorter pause inside a longer one must not let later completions overtake earlier ones.
    pausedUntilMillis = Math.max(pausedUntilMillis, world.agenda().nowMillis() + millis);
  }

  /** Something of its own: dies with this incarnation. */
  void later(long millis, Runnable what) {
    later(incarnation, millis, what);
  }

  void later(int born, long millis, Runnable what) {
    world.agenda().at(world.agenda().nowMillis() + millis, place -> run(born, place, what));
  }

  /** Something from outside: meets whichever incarnation is there. */
  void arrives(long millis, Runnable what) {
    world.agenda().at(world.agenda().nowMillis() + millis, place -> run(incarnation, place, what));
  }

  private void run(int born, long place, Runnable what) {
    if (!up || born != incarnation) {
      return;
    }
    if (paused()) {
      world.agenda().at(pausedUntilMillis, place, again -> run(born, again, what));
      return;
    }
    what.run();
    world.happened();
  }
}
