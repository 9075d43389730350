package io.understudy.testbed.demo;

import io.understudy.testbed.process.Child;
import io.understudy.testbed.process.WaitedInVainException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Lets time pass, phase by phase, with the state on the screen. A process that ends by itself ends
 * the run: everything after it would be judged wrongly.
 */
final class Phases {
  private static final long STEP_NANOS = Duration.ofMillis(20).toNanos();
  private static final int STEPS_PER_DRAWING = 10;

  private final RunClock clock;
  private final Screen screen;
  private final Path logs;
  private final Supplier<List<Child>> casualties;
  private final Supplier<String> state;

  /**
   * Phases of one run.
   *
   * @param casualties processes that ended although nobody killed them
   * @param state how things are, for people
   */
  Phases(
      RunClock clock,
      Screen screen,
      Path logs,
      Supplier<List<Child>> casualties,
      Supplier<String> state) {
    this.clock = clock;
    this.screen = screen;
    this.logs = logs;
    this.casualties = casualties;
    this.state = state;
  }

  /** A phase of a fixed length. */
  void last(String phase, Duration length) {
    long end = clock.nanos() + length.toNanos();
    pass(phase, length, () -> clock.nanos() >= end);
  }

  /**
   * A phase that ends when something has come about.
   *
   * @throws WaitedInVainException after {@code bound}, naming the phase and the logs
   */
  void until(String phase, Duration bound, BooleanSupplier done) {
    long end = clock.nanos() + bound.toNanos();
    pass(
        phase,
        bound,
        () -> {
          if (clock.nanos() > end) {
            throw new WaitedInVainException(
                "waited "
                    + bound.toSeconds()
                    + " s in vain for: "
                    + phase
                    + " ("
                    + state.get()
                    + "); logs are in "
                    + logs);
          }
          return done.getAsBoolean();
        });
  }

  private void pass(String phase, Duration length, BooleanSupplier done) {
    long start = clock.nanos();
    screen.say(clock.secondsAt(start), "--- " + phase + " ---");
    for (int step = 0; !done.getAsBoolean(); step++) {
      requireEveryoneAlive();
      if (step % STEPS_PER_DRAWING == 0) {
        long now = clock.nanos();
        double progress = (double) (now - start) / length.toNanos();
        screen.state(clock.secondsAt(now), phase, progress, state.get());
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }

  private void requireEveryoneAlive() {
    for (Child child : casualties.get()) {
      throw new IllegalStateException(
          child.name()
              + " ended by itself with status "
              + child.exitStatus().orElseThrow()
              + "; see "
              + child.log());
    }
  }
}
