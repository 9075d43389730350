package io.understudy.daemon.endpoint;

import io.understudy.daemon.audit.Change;
import io.understudy.daemon.endpoint.CopyStatus.Verdict;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.snapshot.Report;
import io.understudy.daemon.snapshot.Verifier;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares a shadow's copy with the primary by order and by schedule, repairs it by order, one at a
 * time, and knows what was found last. On the loop, but for {@link #awaitEnd}.
 *
 * <p>A difference is noted in the shadow's database, so that a restart does not hide it. It stays
 * until a comparison finds none, or the copy is made anew.
 */
final class Caretaker {
  /** The shadow that is cared for. */
  interface Charge {
    /** The primary that it follows; empty while it follows none, or is copied. */
    Optional<String> followed();

    /** What applies to it now. */
    Applying applying();

    /** What its database contains. */
    Position applied();

    /** Whether nobody cares for it any more. Any thread. */
    boolean gone();

    /** Asks a source which tip of the journal a point of its log is. Any thread. */
    CompletableFuture<Tip> tipAt(String source, Lsn point);

    /** Applies from this position on, which its database contains; what applied to it stopped. */
    void startAgain(Position from);
  }

  private static final Logger log = LoggerFactory.getLogger(Caretaker.class);

  private final Workplace place;
  private final Charge charge;
  private final Duration every;
  private Verdict verdict = new Verdict.Unknown();
  private String work = ""; // empty if nothing is under way
  private int runs; // what an abandoned run found out counts for nothing
  private volatile @Nullable Thread worker;
  private @Nullable Waiting waiting;
  private long dueAtMillis;

  /** Somebody who waits for the shadow to stand at a position. */
  private record Waiting(Position at, CompletableFuture<String> there) {}

  /** What is done on a thread of its own; what it finds out is told on the loop. */
  private interface Task<T> {
    T run(Inspection inspection, Consumer<Runnable> telling)
        throws Inspection.FailedException, InterruptedException;
  }

  /** What was ordered. */
  private record Job<T>(String work, String cause, Task<T> task) {}

  Caretaker(Workplace place, Charge charge) {
    this.place = place;
    this.charge = charge;
    this.every = place.settings().pace().verifyEvery();
    this.dueAtMillis = place.nowMillis() + every.toMillis();
    place.ask(
        place.database()::divergence,
        () -> !charge.gone(),
        Workplace.Answer.of(noted -> noted.ifPresent(this::remember)));
  }

  private void remember(Verdict.Different noted) {
    if (verdict instanceof Verdict.Unknown) {
      verdict = noted;
    }
  }

  CopyStatus status() {
    Verdict known = charge.applying().failure().<Verdict>map(Verdict.Stopped::new).orElse(verdict);
    return new CopyStatus(known, work);
  }

  /**
   * Compares.
   *
   * @return what was found; fails with an {@link IllegalStateException} that says why not
   */
  CompletableFuture<Report> verify(String cause) {
    return begin(
        new Job<>(
            "verifying",
            cause,
            (inspection, telling) -> {
              Report report = inspection.compare();
              judge(report, cause, telling);
              return report;
            }));
  }

  /**
   * Sends the rows that differ and compares again.
   *
   * @return what it came to; fails with an {@link IllegalStateException} that says why not
   */
  CompletableFuture<Repair> repair(String cause) {
    return begin(
        new Job<>(
            "repairing",
            cause,
            (inspection, telling) -> {
              Report sent =
                  inspection.mend(so -> telling.accept(() -> work = "repairing: " + so.describe()));
              telling.accept(() -> mended(sent, cause));
              Report verified = inspection.compare();
              judge(verified, cause, telling);
              return new Repair(sent, verified);
            }));
  }

  /** Does what the schedule wants. */
  void look() {
    boolean due = !every.isZero() && place.nowMillis() >= dueAtMillis;
    if (due && !busy() && charge.followed().isPresent()) {
      dueAtMillis = place.nowMillis() + every.toMillis();
      CompletableFuture<Report> _ = verify("every " + every.toSeconds() + " s");
    }
  }

  /** The shadow has moved, or may have stopped moving. */
  void moved() {
    Waiting asked = waiting;
    if (asked == null) {
      return;
    }
    Optional<String> failure = charge.applying().failure();
    if (charge.applied().compareTo(asked.at()) >= 0) {
      waiting = null;
      asked.there().complete("");
    } else if (failure.isPresent() && place.tip().reaches(asked.at())) {
      waiting = null;
      asked.there().complete(failure.get());
    }
  }

  /** The copy was made anew: nothing is known of it. */
  void forget(String how) {
    Verdict unknown = new Verdict.Unknown();
    enter(unknown, how);
    place.ask(
        () -> {
          place.database().noteDivergence(unknown);
          return true;
        },
        () -> !charge.gone(),
        Workplace.Answer.of(_ -> {}));
  }

  /** Gives up what is under way. */
  void abandon() {
    runs++;
    waiting = null;
    work = "";
    Thread running = worker;
    if (running != null) {
      running.interrupt();
    }
  }

  /** Waits until what was given up does nothing more to the database. Blocks. */
  void awaitEnd() throws InterruptedException {
    Thread running = worker;
    if (running != null) {
      running.join();
    }
  }

  private boolean busy() {
    return !work.isEmpty();
  }

  private <T> CompletableFuture<T> begin(Job<T> job) {
    Optional<String> primary = charge.followed();
    if (busy() || primary.isEmpty()) {
      return CompletableFuture.failedFuture(
          new IllegalStateException(
              place.settings().self()
                  + (busy()
                      ? " is being compared or repaired already; wait for its end"
                      : " follows no primary now; try again when its phase is FOLLOWING")));
    }
    work = job.work();
    log.info(
        "{} of {}: {} beside {} cause={}",
        place.settings().self(),
        place.settings().service(),
        job.work(),
        primary.get(),
        job.cause());
    Run<T> run = new Run<>(++runs, job, inspection(primary.get()), new CompletableFuture<>());
    Thread next = Thread.ofVirtual().name("inspection").unstarted(() -> carryOut(run));
    worker = next;
    next.start();
    return run.result();
  }

  private Inspection inspection(String primaryName) {
    Server primary = Server.of(place.settings().endpoint(primaryName));
    return new Inspection(
        new Inspection.Way(
            place.settings().service(),
            primary,
            place.database().server(),
            place.copyFrom(primary),
            new Verifier.Bounds(place.settings().pace().snapshotMax(), place.clock())),
        new Held(primaryName));
  }

  /** A job under way. */
  private record Run<T>(
      int number, Job<T> job, Inspection inspection, CompletableFuture<T> result) {}

  /** On the run's thread. */
  private <T> void carryOut(Run<T> run) {
    String what = run.job().work();
    try {
      T value = run.job().task().run(run.inspection(), task -> tell(run.number(), task));
      end(run, () -> run.result().complete(value));
    } catch (Inspection.FailedException e) {
      log.warn(
          "{} of {}: {} failed cause={}",
          place.settings().self(),
          place.settings().service(),
          what,
          e.getMessage());
      end(
          run,
          () -> run.result().completeExceptionally(new IllegalStateException(e.getMessage(), e)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      run.result().completeExceptionally(givenUp(what));
    } catch (RuntimeException e) {
      run.result().completeExceptionally(e);
      place
          .loop()
          .post(() -> {
            throw e; // A bug ends the daemon, not this thread alone.
          });
    }
  }

  private static IllegalStateException givenUp(String what) {
    return new IllegalStateException(what + " was given up: the epoch or the daemon ended");
  }

  private void tell(int run, Runnable task) {
    place
        .loop()
        .post(() -> {
          if (run == runs) {
            task.run();
          }
        });
  }

  private void end(Run<?> run, Runnable answer) {
    place
        .loop()
        .post(() -> {
          if (run.number() == runs) {
            work = "";
            answer.run();
          } else {
            run.result().completeExceptionally(givenUp(run.job().work()));
          }
        });
  }

  // -- what was found

  private void mended(Report report, String cause) {
    record(
        "REPAIRED",
        report.rows() + " rows were sent: " + report.differences() + ", because of: " + cause);
    work = "verifying";
    if (charge.applying().failure().isPresent()) {
      charge.startAgain(report.position());
    }
  }

  /** On the run's thread: what was found is told when a restart cannot hide it any more. */
  private void judge(Report report, String cause, Consumer<Runnable> telling)
      throws Inspection.FailedException {
    boolean equal = report.differences().isEmpty();
    Verdict found =
        equal
            ? new Verdict.Equal(report.position())
            : new Verdict.Different(report.position(), report.differences().toString());
    telling.accept(
        () -> enter(found, equal ? cause : report.differences() + ", seen because of: " + cause));
    try {
      place.database().noteDivergence(found);
    } catch (SQLException e) {
      throw new Inspection.FailedException(
          "what was found could not be noted in the shadow's database: " + SqlState.describe(e));
    }
  }

  private void enter(Verdict next, String cause) {
    record(next.getClass().getSimpleName().toUpperCase(Locale.ROOT), cause);
    verdict = next;
  }

  private void record(String to, String cause) {
    place
        .audit()
        .record(
            place.settings().service(),
            new Change(
                "copy of " + place.settings().self(),
                verdict.getClass().getSimpleName().toUpperCase(Locale.ROOT),
                to,
                cause));
  }

  /** The shadow of one run, asked and told from that run's thread. */
  private final class Held implements Inspection.Stand {
    private final String source;
    private @Nullable Applying held; // on the loop

    Held(String source) {
      this.source = source;
    }

    @Override
    public CompletableFuture<Boolean> hold() {
      CompletableFuture<Boolean> answer = new CompletableFuture<>();
      place
          .loop()
          .post(() -> {
            Applying applying = charge.applying();
            held = applying;
            applying.hold();
            answer.complete(true);
          });
      return answer;
    }

    @Override
    public CompletableFuture<Tip> tipAt(Lsn point) {
      return charge.tipAt(source, point);
    }

    @Override
    public CompletableFuture<String> standAt(Position position) {
      CompletableFuture<String> there = new CompletableFuture<>();
      place
          .loop()
          .post(() -> {
            Applying applying = held;
            if (applying != null) {
              applying.allow(position);
              waiting = new Waiting(position, there);
              moved();
            }
          });
      return there;
    }

    @Override
    public void release() {
      place
          .loop()
          .post(() -> {
            Applying applying = held;
            if (applying != null) {
              applying.release();
            }
          });
    }
  }
}
