package io.understudy.daemon.snapshot;

import io.understudy.daemon.apply.AppliedPosition;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.model.Position;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes an old copy equal to the primary at a slot's starting point by sending only what differs.
 *
 * <p>What the old copy holds and how it came to be does not matter; nobody else may write to it
 * meanwhile. All changes and the applied position are one transaction of the shadow, so its readers
 * see the old copy until the end, and a copy that breaks off leaves it as it was. Of each table all
 * rows that differ are deleted before the first one is inserted: on the way to a state that keeps
 * the primary's constraints none of them is broken.
 */
final class DifferentialSnapshot {
  /** Keys of a table that are held in memory, for rows to delete and rows to fetch each. */
  private static final int KEY_BYTES_MAX = 64 << 20;

  private final String service;
  private final Server primary;
  private final Server shadow;
  private final Deadline deadline;

  DifferentialSnapshot(String service, Server primary, Server shadow, Deadline deadline) {
    this.service = service;
    this.primary = primary;
    this.shadow = shadow;
    this.deadline = deadline;
  }

  /**
   * Brings the shadow to the export's point. Blocks; an interrupt ends it.
   *
   * @throws TooDifferentException if more differs than fits into memory; the shadow is as it was
   */
  Report bring(Slots.Export export, Position position, Catalogue catalogue, Meter meter)
      throws SQLException, InterruptedException, TooDifferentException {
    List<TableDifference> differences = new ArrayList<>();
    try (Frozen from = Frozen.imported(primary, export.snapshot(), deadline);
        Frozen to = Frozen.now(shadow.bulk(), deadline)) {
      from.pin(catalogue);
      // Waits for a transaction of an applier that is on its way out.
      new AppliedPosition(service).readSettled(to.connection());
      try (Frozen before = Frozen.imported(shadow, to.export(), deadline)) {
        for (Catalogue.Table table : catalogue.tables().values()) {
          new Mending(table, new TableComparison(table, from, before, meter), meter, KEY_BYTES_MAX)
              .run(from, to)
              .ifPresent(differences::add);
        }
      }
      new AppliedPosition(service).replace(to.connection(), position);
      to.connection().commit();
    }
    meter.report();
    return new Report(
        position, differences, catalogue.tables().size(), meter.bytes(), meter.took());
  }
}
