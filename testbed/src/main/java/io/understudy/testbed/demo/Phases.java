package io.understudy.testbed.demo;

import io.understudy.testbed.process.WaitedInVainException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * Lets time pass, phase by phase, with the state on the screen, as long as everything is in order.
 */
final class Phases {
  private static final long STEP_NANOS = Duration.ofMillis(20).toNanos();
  private static final int STEPS_PER_DRAWING = 10;

  private final RunClock clock;
  private final Screen screen;
  private final Path logs;
  private final Runnable requireOrder;
  private final Supplier<String> state;

  /**
   * Phases of one run.
   *
   * @param requireOrder throws if something happened that ends the run
   * @param state how things are, for people
   */
  Phases(RunClock clock, Screen screen, Path logs, Runnable requireOrder, Supplier<String> state) {
    this.clock = clock;
    this.screen = screen;
    this.logs = logs;
    this.requireOrder = requireOrder;
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
      requireOrder.run();
      if (step % STEPS_PER_DRAWING == 0) {
        long now = clock.nanos();
        double progress = (double) (now - start) / length.toNanos();
        screen.state(clock.secondsAt(now), phase, progress, state.get());
      }
      LockSupport.parkNanos(STEP_NANOS);
    }
  }
}
