package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message of PostgreSQL's plug-in {@code pgoutput}, protocol versions 1 to 4 without two-phase
 * commit (manual, section "Logical Replication Message Formats").
 */
sealed interface PgoutputMessage {

  /** A transaction that was not streamed while it was open begins; it has committed already. */
  record Begin(long xid) implements PgoutputMessage {}

  /**
   * The end of what {@link Begin} began.
   *
   * @param end end of the commit record
   */
  record Commit(Lsn end) implements PgoutputMessage {}

  /** What the rows of a relation look like from here on. */
  record Relation(int id, TableName table, Identity identity, List<Column> columns)
      implements PgoutputMessage {
    public Relation {
      columns = List.copyOf(columns);
    }
  }

  /** How rows of a relation are known, {@code pg_class.relreplident}. */
  enum Identity {
    DEFAULT,
    NOTHING,
    FULL,
    INDEX
  }

  /**
   * A column of a relation.
   *
   * @param identifies whether it is part of the replica identity
   */
  record Column(String name, boolean identifies) {}

  record Insert(int relation, Tuple row) implements PgoutputMessage {}

  /**
   * A changed row.
   *
   * @param old the row as it was, or of it only what identifies it; empty if that did not change
   */
  record Update(int relation, Optional<Tuple> old, Tuple row) implements PgoutputMessage {}

  /**
   * A row that is gone.
   *
   * @param old the row as it was, or of it only what identifies it
   */
  record Delete(int relation, Tuple old) implements PgoutputMessage {}

  record Truncate(List<Integer> relations) implements PgoutputMessage {
    public Truncate {
      relations = List.copyOf(relations);
    }
  }

  /** Changes of an open transaction follow, until {@link StreamStop}. */
  record StreamStart(int xid) implements PgoutputMessage {}

  record StreamStop() implements PgoutputMessage {}

  /**
   * A streamed transaction has committed.
   *
   * @param end end of the commit record
   */
  record StreamCommit(int xid, Lsn end) implements PgoutputMessage {}

  /** A streamed transaction, or one subtransaction of it, has been rolled back. */
  record StreamAbort(int xid, int subxid) implements PgoutputMessage {
    boolean whole() {
      return xid == subxid;
    }
  }

  /** Something without a meaning for a copy: a type, an origin, a logical message. */
  record Ignored(char type) implements PgoutputMessage {}

  /**
   * Values of one row, one for each column of its relation.
   *
   * @param values in text form; SQL NULL is null, and so is what did not change
   * @param unchanged indexes of the columns whose large value did not change and was not sent
   */
  record Tuple(List<@Nullable String> values, List<Integer> unchanged) {
    public Tuple {
      values = Collections.unmodifiableList(values);
      unchanged = List.copyOf(unchanged);
    }

    /** Never the values. */
    @Override
    public String toString() {
      return "Tuple[" + values.size() + " columns, unchanged " + unchanged + "]";
    }
  }
}
