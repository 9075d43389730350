package io.understudy.daemon.snapshot;

import io.understudy.daemon.postgres.Catalogue;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Compares one table on two servers: first the digests of all lanes, then the rows of the lanes
 * that differ. Both servers compute at the same time. Memory is bounded by the number of lanes and
 * the rows of a single one.
 */
final class TableComparison {
  private final Frozen primary;
  private final Frozen shadow;
  private final Meter meter;
  private final LaneSql sql;

  TableComparison(Catalogue.Table table, Frozen primary, Frozen shadow, Meter meter)
      throws SQLException {
    this(
        new LaneSql(
            table,
            primary.rowsEstimated(table.name()),
            primary.hashProbe().equals(shadow.hashProbe())),
        primary,
        shadow,
        meter);
  }

  TableComparison(LaneSql sql, Frozen primary, Frozen shadow, Meter meter) {
    this.primary = primary;
    this.shadow = shadow;
    this.meter = meter;
    this.sql = sql;
  }

  LaneSql sql() {
    return sql;
  }

  /** The lanes whose digests differ. */
  BitSet lanes() throws SQLException, InterruptedException {
    List<long[]> digests = onBoth(this::digests);
    BitSet differing = new BitSet(sql.lanes());
    for (int lane = 0; lane < sql.lanes(); lane++) {
      differing.set(lane, digests.getFirst()[lane] != digests.getLast()[lane]);
    }
    return differing;
  }

  /** Tells which rows of these lanes differ; for a table with a key. */
  void rows(BitSet lanes, LaneRows.Differences differences)
      throws SQLException, InterruptedException {
    String query = sql.rows(lanes);
    List<Lister> listers = onBoth(server -> new Lister(server.hashes(query, meter)));
    Lister here = listers.getFirst();
    Lister there = listers.getLast();
    while (here.lane != Lister.END || there.lane != Lister.END) {
      int lane = Math.min(here.lane, there.lane);
      rowsOf(here, lane).compare(rowsOf(there, lane), differences);
      here.passLane(lane);
      there.passLane(lane);
    }
  }

  private LaneRows rowsOf(Lister lister, int lane) {
    return new LaneRows(lister.lane == lane ? lister.packed : LaneRows.NONE, sql.keyColumns());
  }

  private long[] digests(Frozen server) throws SQLException {
    BinaryTuples tuples = server.hashes(sql.digests(), meter);
    long[] digests = new long[sql.lanes()];
    while (tuples.next()) {
      ByteBuffer pack = ByteBuffer.wrap(tuples.bytes());
      while (pack.hasRemaining()) {
        int lane = pack.getInt();
        digests[lane] = pack.getLong();
      }
    }
    return digests;
  }

  /** What is asked of each server. */
  private interface Question<T> {
    T ask(Frozen server) throws SQLException;
  }

  private <T> List<T> onBoth(Question<T> question) throws SQLException, InterruptedException {
    Callable<T> here = () -> question.ask(primary);
    Callable<T> there = () -> question.ask(shadow);
    return Crew.all(List.of(here, there));
  }

  /** Reads one server's lanes in their order. */
  private static final class Lister {
    static final int END = Integer.MAX_VALUE;

    private final BinaryTuples tuples;
    private int lane;
    private byte[] packed = LaneRows.NONE;

    Lister(BinaryTuples tuples) throws SQLException {
      this.tuples = tuples;
      advance();
    }

    void passLane(int passed) throws SQLException {
      if (lane == passed) {
        advance();
      }
    }

    private void advance() throws SQLException {
      if (tuples.next()) {
        lane = tuples.integer();
        packed = tuples.bytes();
      } else {
        lane = END;
      }
    }
  }
}
