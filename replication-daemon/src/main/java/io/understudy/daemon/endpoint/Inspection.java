package io.understudy.daemon.endpoint;

import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.snapshot.Estimator;
import io.understudy.daemon.snapshot.Progress;
import io.understudy.daemon.snapshot.Report;
import io.understudy.daemon.snapshot.ShadowCopy;
import io.understudy.daemon.snapshot.Verifier;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Compares a following shadow with its primary at one position, or makes it equal there, on a
 * thread of its own, while journal and stream go on.
 *
 * <h2>Order</h2>
 *
 * The shadow is held first: nothing is applied to it beyond what was replicated until then. Then a
 * temporary slot of the primary is made: its consistent point is behind everything that the shadow
 * may hold, because all of that was committed before. The source says which tip of the journal that
 * point is; the shadow goes on exactly to there. Now it is what the primary was under the slot's
 * snapshot, or it has diverged. A comparison takes a snapshot of it and lets it go on; a repair
 * keeps it where it is until the rows that differ are replaced.
 */
final class Inspection {
  /** The shadow, as it is held. Any thread. */
  interface Stand {
    /** From its answer on nothing more is applied than was replicated before. */
    CompletableFuture<Boolean> hold();

    /** Asks the source; the answer may never come. */
    CompletableFuture<Tip> tipAt(Lsn point);

    /**
     * Lets it go on exactly to a position.
     *
     * @return empty when its database stands there; why not, if nothing can be applied any more
     */
    CompletableFuture<String> standAt(Position position);

    void release();
  }

  /**
   * Between whom.
   *
   * @param copy makes copies from this primary to this shadow
   */
  record Way(
      String service, Server primary, Server shadow, ShadowCopy copy, Verifier.Bounds bounds) {}

  /** Why there is no result; for people. */
  static final class FailedException extends Exception {
    private static final long serialVersionUID = 1L;

    FailedException(String message) {
      super(message);
    }
  }

  private static final Duration OPEN_MAX = Duration.ofSeconds(10);
  private static final Duration STEP_MAX = Duration.ofSeconds(30);

  private final Way way;
  private final Stand stand;

  Inspection(Way way, Stand stand) {
    this.way = way;
    this.stand = stand;
  }

  /** Compares. Blocks; an interrupt ends it. */
  Report compare() throws FailedException, InterruptedException {
    return attempt(() -> {
      Catalogue catalogue = catalogue();
      Views views = views(catalogue);
      try (Verifier verifier = views.verifier()) {
        return verifier.compare(views.position(), catalogue, _ -> {});
      }
    });
  }

  /**
   * Makes it equal by sending the rows that differ. Blocks; an interrupt ends it, with the shadow
   * as it was or equal.
   *
   * @param progress hears of it on the repair's threads
   */
  Report mend(Progress progress) throws FailedException, InterruptedException {
    return attempt(() -> {
      Catalogue catalogue = catalogue();
      try (Slots.Export export = heldExport()) {
        Position position = tipAt(export).position();
        // One that nothing can be applied to stands somewhere before; it is brought here too.
        await(stand.standAt(position), "the shadow did not get to " + position);
        return way.copy()
            .bring(
                export,
                position,
                catalogue,
                new ShadowCopy.Call(ShadowCopy.Wish.exactly(Estimator.Kind.DIFFERENTIAL), progress))
            .report();
      } finally {
        stand.release();
      }
    });
  }

  /** Both snapshots, and where they stand. */
  private record Views(Position position, Verifier verifier) {}

  private Views views(Catalogue catalogue)
      throws SQLException, FailedException, InterruptedException {
    try (Slots.Export export = heldExport()) {
      Position position = tipAt(export).position();
      String problem = await(stand.standAt(position), "the shadow did not get to " + position);
      if (!problem.isEmpty()) {
        throw new FailedException(
            "nothing can be applied to the shadow: " + problem + "; repair it");
      }
      Verifier verifier =
          Verifier.open(
              new Verifier.Pair(way.service(), way.primary(), way.shadow()),
              export,
              catalogue,
              way.bounds());
      if (!verifier.applied().equals(position)) {
        Position found = verifier.applied();
        verifier.close();
        throw new FailedException(
            "the shadow is at " + found + " instead of " + position + ": somebody else moves it");
      }
      return new Views(position, verifier);
    } finally {
      stand.release();
    }
  }

  /** Order is the safety rule here: what is applied already must be before the slot's point. */
  private Slots.Export heldExport() throws SQLException, FailedException, InterruptedException {
    await(stand.hold(), "the daemon did not hold the shadow");
    try {
      // It waits for transactions that are open on the primary, while the shadow is held.
      return new Slots(way.primary(), way.service())
          .temporary(way.shadow().endpoint().replace('-', '_'), OPEN_MAX);
    } catch (SQLException e) {
      if (SqlState.of(e).equals("55P03")) {
        throw new FailedException(
            "a transaction has been open on "
                + way.primary().endpoint()
                + " for more than "
                + OPEN_MAX.toSeconds()
                + " s; end it, or try again later");
      }
      throw e;
    }
  }

  private Tip tipAt(Slots.Export export) throws FailedException, InterruptedException {
    return await(
        stand.tipAt(export.consistentPoint()),
        way.primary().endpoint()
            + " did not say that everything up to "
            + export.consistentPoint()
            + " is replicated");
  }

  private Catalogue catalogue() throws SQLException {
    try (Connection connection = way.primary().control()) {
      return Catalogue.read(connection);
    }
  }

  private static <T> T await(CompletableFuture<T> answer, String otherwise)
      throws FailedException, InterruptedException {
    try {
      return answer.get(STEP_MAX.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new FailedException(
          otherwise + " within " + STEP_MAX.toSeconds() + " s; try again when it is caught up");
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is attempted. */
  private interface Attempt {
    Report run() throws SQLException, FailedException, InterruptedException;
  }

  private static Report attempt(Attempt attempt) throws FailedException, InterruptedException {
    try {
      return attempt.run();
    } catch (SQLException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("given up");
      }
      throw new FailedException(SqlState.describe(e));
    }
  }
}
