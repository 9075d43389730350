package io.understudy.daemon.endpoint;

import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Preflight;
import io.understudy.daemon.postgres.PreflightException;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.SqlState;
import io.understudy.daemon.protocol.Tip;
import io.understudy.daemon.snapshot.Progress;
import io.understudy.daemon.snapshot.ShadowCopy;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replaces what an endpoint's database contains by what the primary's contains, on a thread of its
 * own. The copy is read under the snapshot of a temporary slot, which is exactly the commits up to
 * the slot's consistent point; the source says which tip of its journal that is, once it is open
 * and everything up to there is replicated, so that the copy is within the watermark.
 */
final class Seeding {
  private static final Logger log = LoggerFactory.getLogger(Seeding.class);
  private static final long TIP_SECONDS_MAX = 30;

  /**
   * From where to where.
   *
   * @param copy makes it, the cheaper way
   */
  record Way(String service, Server primary, Server shadow, Position atLeast, ShadowCopy copy) {}

  private final Way way;
  private final Function<Lsn, CompletableFuture<Tip>> tipAt;
  private final Thread thread;
  private volatile Progress.Sent progress = Progress.Sent.NONE;
  private volatile String outcome = "";

  /**
   * @param tipAt asks the source; the answer may never come
   * @param done the tip of the copy, or why there is none; called on the seeding's thread
   */
  Seeding(
      Way way,
      Function<Lsn, CompletableFuture<Tip>> tipAt,
      java.util.function.BiConsumer<Tip, String> done) {
    this.way = way;
    this.tipAt = tipAt;
    this.thread = Thread.ofVirtual().name("seeding").unstarted(() -> run(done));
  }

  void start() {
    thread.start();
  }

  /** How far it is. Any thread. */
  Progress.Sent progress() {
    return progress;
  }

  /** What was copied and how, for people; empty before it is done. Any thread. */
  String outcome() {
    return outcome;
  }

  /** Gives up. Never started, it never starts. */
  void abandon() {
    thread.interrupt();
  }

  /**
   * Waits until it changes nothing any more. Then the database is as it was, or copied, or has no
   * applied position. Blocks.
   */
  void awaitEnd() throws InterruptedException {
    if (thread.getState() != Thread.State.NEW) {
      thread.join();
    }
  }

  private void run(java.util.function.BiConsumer<Tip, String> done) {
    try {
      done.accept(copy(), "");
    } catch (SQLException e) {
      done.accept(Tip.NONE, SqlState.describe(e));
    } catch (TimeoutException e) {
      done.accept(
          Tip.NONE,
          "the daemon of "
              + way.primary()
              + " did not say within "
              + TIP_SECONDS_MAX
              + " s where the copy stands in its journal; it is tried again");
    } catch (PreflightException | ExecutionException e) {
      done.accept(Tip.NONE, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      done.accept(Tip.NONE, "given up");
    }
  }

  private Tip copy()
      throws SQLException, InterruptedException, ExecutionException, TimeoutException {
    log.info("{}: seeding from {}", way.shadow(), way.primary());
    Catalogue catalogue = check();
    // A primary that is about to open applies its history yet, and that is in no frame of its own:
    // only a source that is open answers, and only then a snapshot holds all that it should.
    tipAt.apply(written()).get(TIP_SECONDS_MAX, TimeUnit.SECONDS);
    Slots slots = new Slots(way.primary(), way.service());
    try (Slots.Export export = slots.temporary(way.shadow().endpoint().replace('-', '_'))) {
      Tip tip = tipAt.apply(export.consistentPoint()).get(TIP_SECONDS_MAX, TimeUnit.SECONDS);
      if (!tip.reaches(way.atLeast())) {
        throw new SQLException(
            "the primary's snapshot is at " + tip.position() + ", before " + way.atLeast(),
            "55000");
      }
      ShadowCopy.Call call = new ShadowCopy.Call(ShadowCopy.Wish.CHEAPER, sent -> progress = sent);
      outcome = way.copy().bring(export, tip.position(), catalogue, call).toString();
      log.info("{}: seeded position={}", way.shadow(), tip.position());
      return tip;
    }
  }

  private Lsn written() throws SQLException {
    try (Connection connection = way.primary().control();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT pg_current_wal_flush_lsn()::text")) {
      row.next();
      return Lsn.parse(row.getString(1));
    }
  }

  private Catalogue check() throws SQLException {
    Bootstrap.schema(way.shadow());
    Preflight preflight = new Preflight();
    Catalogue catalogue;
    try (Connection connection = way.primary().control()) {
      catalogue = Catalogue.read(connection);
    }
    preflight.shadow(way.shadow(), catalogue);
    preflight.require();
    return catalogue;
  }
}
