package io.understudy.daemon.snapshot;

import io.understudy.daemon.apply.AppliedPosition;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.model.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings one shadow to the exact state of the primary at a slot's starting point, the way that the
 * {@link Estimator} picks. One thread at a time.
 */
public final class ShadowCopy {
  private static final Logger LOG = LoggerFactory.getLogger(ShadowCopy.class);
  private static final double CHANGED_UNKNOWN = 0.05;

  /** Shorter runs tell nothing about rates. */
  private static final Duration MEASURABLE = Duration.ofSeconds(1);

  /**
   * Between whom, and within which bounds.
   *
   * @param snapshotMax how long a snapshot of either server may be held
   * @param workers connections of a full copy to either server
   */
  public record Setting(
      String service,
      Server primary,
      Server shadow,
      Duration snapshotMax,
      int workers,
      InstantSource clock) {}

  /**
   * What is wished.
   *
   * @param kind the way, if there is no choice
   */
  public record Wish(Optional<Estimator.Kind> kind, Urgency urgency) {
    /** The cheaper way. */
    public static final Wish CHEAPER = new Wish(Optional.empty(), Urgency.NONE);

    /** The cheaper way that suits the urgency. */
    public static Wish within(Urgency urgency) {
      return new Wish(Optional.empty(), urgency);
    }

    public static Wish exactly(Estimator.Kind kind) {
      return new Wish(Optional.of(kind), Urgency.NONE);
    }
  }

  private final Setting setting;
  private Rates rates = Rates.UNKNOWN;

  public ShadowCopy(Setting setting) {
    this.setting = setting;
  }

  /**
   * Brings the shadow there; rows and applied position. Blocks; an interrupt ends it.
   *
   * @throws SQLException of a server, or 54000 if a snapshot was held for too long
   */
  public Done bring(Slots.Export export, Position position, Catalogue catalogue, Call call)
      throws SQLException, InterruptedException {
    Deadline deadline = Deadline.in(setting.snapshotMax(), setting.clock());
    OldCopy old = look(export, position, catalogue, deadline);
    Estimator.Choice choice = Estimator.choose(old, rates, call.wish().urgency());
    Estimator.Kind kind = call.wish().kind().orElse(choice.kind());
    LOG.info("{} of {}: {}", setting.shadow(), setting.service(), choice);
    if (kind == Estimator.Kind.DIFFERENTIAL) {
      try {
        Meter meter = meter(call, choice.differential());
        Report report =
            new DifferentialSnapshot(
                    setting.service(), setting.primary(), setting.shadow(), deadline)
                .bring(export, position, catalogue, meter);
        return finished(new Done(kind, choice.differential(), report), old);
      } catch (TooDifferentException e) {
        LOG.info(
            "{} of {}: -> full copy cause={}", setting.shadow(), setting.service(), e.getMessage());
      }
    }
    Report report =
        new FullSnapshot(
                setting.service(), setting.primary(), setting.shadow(), deadline, setting.workers())
            .copy(export, position, catalogue, meter(call, choice.full()));
    return finished(new Done(Estimator.Kind.FULL, choice.full(), report), old);
  }

  /**
   * A copy that was made.
   *
   * @param kind the way that was gone
   * @param expected what it was estimated to cost; what it did cost is in the report
   */
  public record Done(Estimator.Kind kind, Estimator.Cost expected, Report report) {
    /** For people. */
    @Override
    public String toString() {
      return kind
          + " copy at "
          + report.position()
          + ": "
          + new Estimator.Cost(report.bytes(), report.took())
          + " (estimated "
          + expected
          + "), rows that differed: "
          + (kind == Estimator.Kind.FULL ? "not compared" : report.rows());
    }
  }

  /**
   * How a copy is to be made and who hears of it.
   *
   * @param progress told on any of the copy's threads
   */
  public record Call(Wish wish, Progress progress) {}

  private Meter meter(Call call, Estimator.Cost cost) {
    return new Meter(call.progress(), setting.clock(), cost.bytes());
  }

  private Done finished(Done done, OldCopy old) {
    LOG.info("{} of {}: {}", setting.shadow(), setting.service(), done);
    Report report = done.report();
    if (report.took().compareTo(MEASURABLE) >= 0) {
      double seconds = report.took().toMillis() / 1e3;
      rates =
          switch (done.kind()) {
            case FULL -> new Rates(old.bytes() / seconds, rates.hashRowsPerSecond());
            case DIFFERENTIAL ->
                new Rates(rates.copyBytesPerSecond(), Math.max(1, old.rows()) / seconds);
          };
    }
    return done;
  }

  private OldCopy look(
      Slots.Export export, Position position, Catalogue catalogue, Deadline deadline)
      throws SQLException {
    long bytes = 0;
    long rows = 0;
    long rowsThere = 0;
    try (Frozen from = Frozen.imported(setting.primary(), export.snapshot(), deadline);
        Frozen to = Frozen.now(setting.shadow().bulk(), deadline)) {
      Optional<Position> applied = new AppliedPosition(setting.service()).read(to.connection());
      for (TableName table : catalogue.tables().keySet()) {
        bytes += from.bytes(table);
        rows += from.rowsEstimated(table);
        // The planner takes an empty table for one that will soon be filled.
        rowsThere += to.isEmpty(table) ? 0 : Math.max(1, to.rowsEstimated(table));
      }
      return new OldCopy(
          bytes, rows, rowsThere, changed(rows, rowsThere, walFraction(applied, position, bytes)));
    }
  }

  /** The log written since is a bound of what changed, as long as it is the same log. */
  private static double walFraction(Optional<Position> applied, Position now, long bytes) {
    return applied
        .filter(from -> from.epoch() == now.epoch() && from.compareTo(now) <= 0)
        .map(from -> (double) (now.lsn().value() - from.lsn().value()) / Math.max(1, bytes))
        .orElse(CHANGED_UNKNOWN);
  }

  private static double changed(long rows, long rowsThere, double walFraction) {
    double countsDiffer =
        Math.abs(rows - rowsThere) / (double) Math.max(1, Math.max(rows, rowsThere));
    return Math.clamp(Math.max(walFraction, countsDiffer), 0, 1);
  }
}
