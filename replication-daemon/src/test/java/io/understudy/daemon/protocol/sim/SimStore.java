package io.understudy.daemon.protocol.sim;

import io.understudy.daemon.protocol.EpochRecord;
import java.util.function.Consumer;
import java.util.function.Function;

/** The control record behind a network: atomic itself, its requests and answers get lost. */
final class SimStore {
  /** What comes back. */
  interface Answer {
    void seen(EpochRecord record);

    void unknown();
  }

  static Answer answer(Consumer<EpochRecord> seen, Runnable unknown) {
    return new Answer() {
      @Override
      public void seen(EpochRecord record) {
        seen.accept(record);
      }

      @Override
      public void unknown() {
        unknown.run();
      }
    };
  }

  private static final long PATIENCE_MILLIS = 12;

  private final Simulation world;
  private EpochRecord record;

  SimStore(Simulation world, EpochRecord first) {
    this.world = world;
    this.record = first;
  }

  EpochRecord record() {
    return record;
  }

  void read(SimProcess who, Answer answer) {
    call(who, now -> now, answer);
  }

  void compareAndSet(SimProcess who, EpochRecord expected, EpochRecord next, Answer answer) {
    call(who, now -> now.equals(expected) ? next : now, answer);
  }

  private void call(SimProcess who, Function<EpochRecord, EpochRecord> change, Answer answer) {
    int born = who.incarnation();
    if (fails(Fault.STORE_REQUEST_LOST)) {
      who.later(PATIENCE_MILLIS, answer::unknown);
      return;
    }
    boolean late = fails(Fault.STORE_REQUEST_LATE);
    boolean lost = late || fails(Fault.STORE_ANSWER_LOST);
    int delay = late ? 20 + world.random().nextInt(100) : 1 + world.random().nextInt(2);
    world
        .agenda()
        .in(
            delay,
            () -> {
              EpochRecord before = record;
              record = change.apply(before);
              world.invariants().recordChanged(before, record);
              world.happened();
              EpochRecord seen = record;
              if (!lost) {
                who.later(born, 1, () -> answer.seen(seen));
              }
            });
    if (lost) {
      who.later(PATIENCE_MILLIS, answer::unknown);
    }
  }

  private boolean fails(Fault fault) {
    boolean fails = world.happens(world.faults().storePermille());
    if (fails) {
      world.coverage().fault(fault);
    }
    return fails;
  }
}
