package io.understudy.daemon.endpoint;

import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.snapshot.Progress;
import io.understudy.model.Position;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The copy of a voter's database that is being made. One at a time: a later one begins when an
 * earlier one has ended, and nothing comes of the earlier one. On the loop.
 */
final class Copying {
  private static final Logger log = LoggerFactory.getLogger(Copying.class);

  /** Waits for the end of something. Blocks. */
  interface Ending {
    void await() throws InterruptedException;
  }

  /** What a copy came to. */
  interface Result {
    /**
     * The database contains everything up to this tip and nothing else.
     *
     * @param how what was copied and how, for people
     */
    void copied(Tip tip, String how);
  }

  /**
   * From which primary.
   *
   * @param atLeast what the copy has to contain
   * @param epoch of that primary
   */
  record Order(String from, Position atLeast, long epoch) {}

  private final Workplace place;
  private final TipQuestion tips;
  private final Runnable failed;
  private volatile @Nullable Seeding seeding; // changed on the loop
  private int copies; // how many were begun or ended: an earlier one comes to nothing

  /**
   * @param failed hears, a while after it, that a copy came to nothing
   */
  Copying(Workplace place, TipQuestion tips, Runnable failed) {
    this.place = place;
    this.tips = tips;
    this.failed = failed;
  }

  /**
   * Begins.
   *
   * @param others what else works on the database, and has to end before
   */
  void begin(Order order, Ending others, Result result) {
    Ending earlier = giveUp();
    int wanted = copies;
    Server primary = Server.of(place.settings().endpoint(order.from()));
    Seeding next =
        new Seeding(
            new Seeding.Way(
                place.settings().service(),
                primary,
                place.database().server(),
                order.atLeast(),
                place.copyFrom(primary)),
            at -> tips.ask(order.from(), () -> new Position(order.epoch(), at)),
            (tip, problem) -> place.loop().post(() -> ended(wanted, tip, problem, result)));
    seeding = next;
    place.ask(
        () -> {
          others.await();
          earlier.await();
          return true;
        },
        () -> true, // Whoever comes next relies on it that nothing earlier is at work.
        Workplace.Answer.of(_ -> {
          if (copies == wanted) {
            next.start();
          }
        }));
  }

  private void ended(int which, Tip tip, String problem, Result result) {
    Seeding ended = seeding;
    if (copies != which || ended == null) {
      return;
    }
    seeding = null;
    tips.forget();
    if (problem.isEmpty()) {
      result.copied(tip, ended.outcome());
      return;
    }
    log.warn(
        "{} of {}: seeding failed cause={}",
        place.settings().self(),
        place.settings().service(),
        problem);
    place.later(
        place.settings().pace().look(),
        () -> {
          if (copies == which) {
            failed.run();
          }
        });
  }

  /** Nothing comes of the copy under way; returns its end. */
  Ending giveUp() {
    Seeding running = seeding;
    seeding = null;
    copies++;
    if (running == null) {
      return () -> {};
    }
    running.abandon();
    return running::awaitEnd;
  }

  /** How far it is; empty while there is none. Any thread. */
  Optional<Progress.Sent> progress() {
    return Optional.ofNullable(seeding).map(Seeding::progress);
  }
}
