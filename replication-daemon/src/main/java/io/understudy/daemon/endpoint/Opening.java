package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Event;
import io.understudy.daemon.protocol.LeaseTerms;
import io.understudy.model.Lsn;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The primary's database as its clients meet it: whether they may write, and whether COMMIT waits.
 * While it does not, the database is open for a time that has to be extended. On the loop.
 */
final class Opening {
  /**
   * Whom it belongs to.
   *
   * @param wanted whether it still wants answers; any thread
   * @param opened the application may write
   */
  record Owner(
      BooleanSupplier wanted,
      Consumer<Event.OfSource> step,
      Consumer<Long> outbid,
      Runnable opened) {}

  private enum Extension {
    DONE,
    /** The database is closed, or closes now. */
    CLOSED,
    FAILED
  }

  private static final Logger log = LoggerFactory.getLogger(Opening.class);

  private final Workplace place;
  private final Owner owner;
  private final LeaseTerms terms;
  private final long epoch;
  private volatile long untilMillis = Long.MAX_VALUE; // by our clock
  private volatile boolean relaxed; // COMMIT returns at once, or shall soon
  private long extendedTo; // what was asked for last, 0 if the next is due at once
  private long openUntilMillis; // what the server was told and has confirmed
  private boolean extending;
  private final AtomicInteger turn = new AtomicInteger(); // of being open; grows when it is shut
  private boolean returns; // COMMIT does return at once
  private boolean open;
  private @Nullable Lsn tightened; // what did not wait is at or before this

  Opening(Workplace place, long epoch, Owner owner) {
    this.place = place;
    this.epoch = epoch;
    this.owner = owner;
    this.terms = place.settings().pace().limits().lease();
  }

  /** Whether the application may write. */
  boolean isOpen() {
    return open;
  }

  /** Whether COMMIT returns at once by now. */
  boolean returnsAtOnce() {
    return returns;
  }

  /** How long the database may still be open, by a clock that may be as fast as any. */
  private long leftMillis() {
    long left = Math.min(untilMillis - place.nowMillis(), terms.term().toMillis());
    return terms.shorten(left);
  }

  /** What COMMIT does from the first write on; carried out with the opening. */
  void begin(boolean waits) {
    relaxed = !waits;
  }

  /** Before the stream runs. Blocks, on the database's thread. */
  void prepare() throws SQLException {
    if (!relaxed) {
      place.database().tighten();
      place.database().dismissGuard();
    }
  }

  /** The application may write, once COMMIT does what was said last. */
  void open() {
    boolean returning = relaxed;
    int asked = turn.get();
    place.ask(
        () -> {
          if (asked == turn.get() && returning) {
            place.database().relax(epoch, this::leftMillis);
            place.database().openGuarded(epoch);
          } else if (asked == turn.get()) {
            place.database().open(epoch);
          }
          return true;
        },
        owner.wanted(),
        new Workplace.Answer<>(
            _ -> {
              if (asked == turn.get()) {
                opened(returning);
              }
            },
            owner.outbid()));
  }

  private void opened(boolean returning) {
    open = true;
    returns = returning && relaxed;
    openUntilMillis = untilMillis;
    extendedTo = 0;
    owner.opened().run();
  }

  void shut() {
    open = false;
    turn.incrementAndGet(); // what was asked for before is not wanted any more
    say("shut", "the lease was not renewed");
    place.ask(
        () -> {
          place.database().shut(epoch);
          return true;
        },
        owner.wanted(),
        new Workplace.Answer<>(_ -> {}, owner.outbid()));
  }

  /** Later extensions replace earlier ones; a few of them in a lease are enough. */
  void extend(long until) {
    untilMillis = until;
    if (until == Long.MAX_VALUE) {
      ask(
          () -> {
            place.database().dismissGuard();
            return true;
          },
          _ -> {});
      return;
    }
    long step = terms.term().toMillis() / 12;
    boolean due = until - extendedTo >= step || until < extendedTo;
    if (returns && due && !extending) {
      extending = true;
      extendedTo = until;
      ask(this::tryToExtend, came -> extended(came, until));
    }
  }

  /** Never tried again here: to be shut must not wait for it. */
  private Extension tryToExtend() {
    try {
      boolean stands = place.database().extend(epoch, this::leftMillis, relaxed);
      return stands ? Extension.DONE : Extension.CLOSED;
    } catch (SQLException e) {
      log.warn(
          "{} of {}: not extended: {}",
          place.settings().self(),
          place.settings().service(),
          e.getMessage());
      return Extension.FAILED;
    }
  }

  private void extended(Extension came, long until) {
    extending = false;
    if (came == Extension.DONE) {
      openUntilMillis = until;
    } else {
      extendedTo = 0; // the next one is due at once
    }
    boolean over = came == Extension.CLOSED || place.nowMillis() >= openUntilMillis;
    if (over && returns && open) {
      open = false;
      say("closed itself", "its time was not extended");
      owner.step().accept(new Event.Lapsed());
    }
  }

  /** Lets COMMIT return at once. */
  void relax() {
    relaxed = true;
    ask(
        () -> {
          place.database().relax(epoch, this::leftMillis);
          return true;
        },
        _ -> {
          returns = relaxed;
          openUntilMillis = untilMillis;
          extendedTo = 0;
          say("commits return at once", "durability");
        });
  }

  /** Lets COMMIT wait. */
  void tighten() {
    relaxed = false;
    ask(
        place.database()::tightenBesideTheStream,
        all -> {
          tightened = all;
          returns = false;
          say("commits wait", "durability");
        });
  }

  /**
   * Tells when all that did not wait is replicated.
   *
   * @param told up to where everything is
   * @return whether it is so now, for the first time
   */
  boolean settles(Lsn told) {
    Lsn all = tightened;
    if (all == null || told.compareTo(all) < 0) {
      return false;
    }
    tightened = null;
    return true;
  }

  private <T> void ask(Workplace.Request<T> request, Consumer<T> then) {
    place.ask(request, owner.wanted(), Workplace.Answer.of(then));
  }

  private void say(String what, String cause) {
    log.info(
        "{} of {}: {} epoch={} cause={} position={}",
        place.settings().self(),
        place.settings().service(),
        what,
        epoch,
        cause,
        place.tip().position());
  }
}
