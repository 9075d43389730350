package io.understudy.daemon.snapshot;

import io.understudy.daemon.apply.AppliedPosition;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.model.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Compares a shadow with its primary at one position. Open it while the shadow stands at the
 * export's point; afterwards shadow and primary may go on, what is compared are snapshots.
 */
public final class Verifier implements AutoCloseable {
  private final Frozen primary;
  private final Frozen shadow;
  private final InstantSource clock;
  private final Position applied;

  private Verifier(Frozen primary, Frozen shadow, InstantSource clock, Position applied) {
    this.primary = primary;
    this.shadow = shadow;
    this.clock = clock;
    this.applied = applied;
  }

  /** The two servers. */
  public record Pair(String service, Server primary, Server shadow) {}

  /**
   * Takes both snapshots.
   *
   * @throws SQLException also if the shadow has no applied position
   */
  public static Verifier open(Pair pair, Slots.Export export, Catalogue catalogue, Bounds bounds)
      throws SQLException {
    Deadline deadline = Deadline.in(bounds.snapshotMax(), bounds.clock());
    Frozen primary = Frozen.imported(pair.primary(), export.snapshot(), deadline);
    try {
      Frozen shadow = Frozen.now(pair.shadow().bulk(), deadline);
      try {
        Optional<Position> applied = new AppliedPosition(pair.service()).read(shadow.connection());
        primary.pin(catalogue);
        shadow.pin(catalogue);
        return new Verifier(
            primary,
            shadow,
            bounds.clock(),
            applied.orElseThrow(
                () -> new SQLException(pair.shadow() + " holds no copy; reseed it", "55000")));
      } catch (SQLException e) {
        shadow.close();
        throw e;
      }
    } catch (SQLException e) {
      primary.close();
      throw e;
    }
  }

  /**
   * Bounds of time.
   *
   * @param snapshotMax how long a snapshot of either server may be held
   */
  public record Bounds(Duration snapshotMax, InstantSource clock) {}

  /** Where the shadow's snapshot stands. */
  public Position applied() {
    return applied;
  }

  /** Compares all tables. Blocks; an interrupt ends it. */
  public Report compare(Position position, Catalogue catalogue, Progress progress)
      throws SQLException, InterruptedException {
    Meter meter = new Meter(progress, clock, 0);
    List<TableDifference> differences = new ArrayList<>();
    for (Catalogue.Table table : catalogue.tables().values()) {
      TableComparison comparison = new TableComparison(table, primary, shadow, meter);
      BitSet lanes = comparison.lanes();
      if (lanes.isEmpty()) {
        continue;
      }
      if (table.keyless()) {
        differences.add(new TableDifference(table.name(), 0, 0, 0, List.of(), List.of()));
        continue;
      }
      DifferenceTally tally = new DifferenceTally(table.name(), table.key().size());
      comparison.rows(lanes, tally);
      tally.difference().ifPresent(differences::add);
    }
    return new Report(
        position, differences, catalogue.tables().size(), meter.bytes(), meter.took());
  }

  @Override
  public void close() throws SQLException {
    try (primary) {
      shadow.close();
    }
  }
}
