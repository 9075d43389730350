package io.understudy.daemon.snapshot;

import io.understudy.daemon.apply.AppliedPosition;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Server;
import io.understudy.daemon.postgres.Slots;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Copies all tables of the primary, as they were at a slot's starting point, with several workers.
 *
 * <p>The workers commit on their own, so the shadow is nobody's copy from the first moment on: its
 * applied position is taken away together with its rows, and set when everything is there. Large
 * tables are cut into ranges of pages; each is committed, so that after a break what arrived serves
 * as an old copy for a {@link DifferentialSnapshot}.
 */
final class FullSnapshot {
  /** Pages of one piece: 32 MB, a second or less of work to lose. */
  private static final long CHUNK_PAGES = 4_096;

  private final String service;
  private final Server primary;
  private final Server shadow;
  private final Deadline deadline;
  private final int workers;

  /**
   * @param workers how many pieces are copied at the same time, with a connection to either server
   *     each
   */
  FullSnapshot(String service, Server primary, Server shadow, Deadline deadline, int workers) {
    this.service = service;
    this.primary = primary;
    this.shadow = shadow;
    this.deadline = deadline;
    this.workers = workers;
  }

  /**
   * A part of a table.
   *
   * @param pages condition that chooses it, see {@link LaneSql#fetchAll}
   */
  private record Chunk(Catalogue.Table table, String pages) {}

  /** Copies. Blocks; an interrupt ends it. */
  Report copy(Slots.Export export, Position position, Catalogue catalogue, Meter meter)
      throws SQLException, InterruptedException {
    try (Frozen from = Frozen.imported(primary, export.snapshot(), deadline)) {
      from.pin(catalogue);
      Queue<Chunk> chunks = new ConcurrentLinkedQueue<>(chunks(from, catalogue));
      empty(catalogue);
      Callable<Integer> work = () -> work(export, chunks, meter);
      Crew.all(Collections.nCopies(Math.min(workers, chunks.size()), work));
    }
    try (Connection to = shadow.bulk()) {
      new AppliedPosition(service).replace(to, position);
    }
    meter.report();
    return new Report(position, List.of(), catalogue.tables().size(), meter.bytes(), meter.took());
  }

  /** Large tables first, so that no worker ends up alone with one. */
  private static List<Chunk> chunks(Frozen from, Catalogue catalogue) throws SQLException {
    List<Chunk> large = new ArrayList<>();
    List<Chunk> small = new ArrayList<>();
    for (Catalogue.Table table : catalogue.tables().values()) {
      long pages = from.pages(table.name());
      if (pages <= CHUNK_PAGES) {
        small.add(new Chunk(table, ""));
        continue;
      }
      for (long page = 0; page < pages; page += CHUNK_PAGES) {
        // The last one is open: the table may have grown since, and then again not for the
        // snapshot.
        boolean last = page + CHUNK_PAGES >= pages;
        String end = last ? "" : " AND t.ctid < '(" + (page + CHUNK_PAGES) + ",0)'";
        large.add(new Chunk(table, " WHERE t.ctid >= '(" + page + ",0)'" + end));
      }
    }
    large.addAll(small);
    return large;
  }

  private void empty(Catalogue catalogue) throws SQLException {
    try (Connection to = shadow.bulk()) {
      to.setAutoCommit(false);
      new AppliedPosition(service).readSettled(to);
      new AppliedPosition(service).clear(to);
      Frozen.execute(to, "TRUNCATE " + Frozen.names(catalogue) + " CASCADE");
      to.commit();
    }
  }

  /** Copies until nothing is left; returns how many pieces it copied. */
  private int work(Slots.Export export, Queue<Chunk> chunks, Meter meter)
      throws SQLException, InterruptedException {
    int copied = 0;
    try (Frozen from = Frozen.imported(primary, export.snapshot(), deadline);
        Connection to = shadow.bulk()) {
      to.setAutoCommit(false);
      for (Chunk chunk = chunks.poll(); chunk != null; chunk = chunks.poll()) {
        carry(chunk, from, to, meter);
        to.commit();
        copied++;
      }
      return copied;
    }
  }

  private static void carry(Chunk chunk, Frozen from, Connection to, Meter meter)
      throws SQLException, InterruptedException {
    TransferFormat format = TransferFormat.of(chunk.table());
    LaneSql sql = new LaneSql(chunk.table(), 0, false);
    try {
      CopyPipe.carry(from.rows(sql.fetchAll(chunk.pages(), format)), to, sql.fill(format), meter);
    } catch (SQLException e) {
      throw from.explained(e);
    }
  }
}
