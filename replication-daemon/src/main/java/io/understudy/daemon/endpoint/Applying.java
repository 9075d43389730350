package io.understudy.daemon.endpoint;

import io.understudy.daemon.snapshot.Progress;
import io.understudy.model.Position;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The applying of one role, begun when it is first asked for. On the loop, but for {@link #stop}.
 */
final class Applying {
  private static final Logger log = LoggerFactory.getLogger(Applying.class);

  private final Workplace place;
  private final Consumer<Position> applied;
  private final Runnable rotten;
  private volatile @Nullable ShadowApplier applier;
  private volatile boolean stopped;
  private volatile long readingMillis;
  private volatile Optional<String> failure = Optional.empty();
  private volatile Optional<String> trouble = Optional.empty();
  private Position wanted = Position.NONE; // what may be applied, were it not held; never falls
  private @Nullable Position limit; // while it is held: nothing beyond this is applied

  /**
   * @param applied hears on the loop what is in the database
   * @param rotten the journal is damaged where it was good
   */
  Applying(Workplace place, Consumer<Position> applied, Runnable rotten) {
    this.place = place;
    this.applied = applied;
    this.rotten = rotten;
  }

  /**
   * Applies up to a position.
   *
   * @param from what the database contains, if it has not begun yet
   */
  void raise(Position from, Position upTo) {
    ShadowApplier running = applier;
    if (running == null && !stopped) {
      running =
          new ShadowApplier(
              new ShadowApplier.Place(
                  place.settings().service(),
                  place.database().server(),
                  place.ledger(),
                  place.recent(),
                  place.counters()),
              from,
              new Listener());
      applier = running;
      running.start();
    }
    wanted = wanted.compareTo(upTo) < 0 ? upTo : wanted;
    if (running != null) {
      running.raise(allowed());
    }
  }

  private Position allowed() {
    Position bound = limit;
    return bound == null || wanted.compareTo(bound) < 0 ? wanted : bound;
  }

  /** Nothing is applied beyond what may be applied already. */
  void hold() {
    limit = Position.NONE;
  }

  /** While it is held: goes on up to here and not a transaction further. */
  void allow(Position upTo) {
    limit = upTo;
    goOn();
  }

  /** Holds it no longer. */
  void release() {
    limit = null;
    goOn();
  }

  private void goOn() {
    ShadowApplier running = applier;
    if (running != null) {
      running.raise(allowed());
    }
  }

  /** Why it stopped for good; empty while it goes on. Any thread. */
  Optional<String> failure() {
    return failure;
  }

  /** Ends it for good; nothing is applied after this returns. Blocks. */
  void stop() throws InterruptedException {
    stopped = true;
    ShadowApplier running = applier;
    if (running != null) {
      running.stop();
    }
  }

  /** What is known of the database, while a copy of it is made or not. */
  EndpointReport.Shadow report(Optional<Progress.Sent> seeding) {
    return new EndpointReport.Shadow(readingMillis, seeding, failure, trouble);
  }

  private final class Listener implements ShadowApplier.Listener {
    @Override
    public void applied(Position position, long reading) {
      readingMillis = Math.max(readingMillis, reading);
      trouble = Optional.empty();
      place
          .loop()
          .post(() -> {
            if (!stopped) {
              applied.accept(position);
            }
          });
    }

    @Override
    public void retrying(String reason) {
      trouble = Optional.of(reason);
      log.debug("{} of {}: {}", place.settings().self(), place.settings().service(), reason);
    }

    @Override
    public void failed(String reason) {
      failure = Optional.of(reason);
      log.error(
          "{} of {}: applying -> stopped cause={}; what it journals still counts, but it serves"
              + " nothing new until it is repaired or seeded anew",
          place.settings().self(),
          place.settings().service(),
          reason);
    }

    @Override
    public void unreadable(IOException cause) {
      if (place.ledger().hasRotted()) {
        place.loop().post(rotten);
      } else {
        failed(String.valueOf(cause.getMessage()));
      }
    }
  }
}
