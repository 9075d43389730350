package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

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
   * Values of one row, one for each column of its relation: the bytes as they came, in the form of
   * {@link Row}, and {@code u} for a large value that did not change and was not sent.
   */
  final class Tuple {
    static final byte UNCHANGED = 'u';

    private final byte[] bytes;
    private final int from;
    private final int to;
    private final int count;
    private final int unchanged;

    /**
     * @param bytes hold the values between {@code from} and {@code to}, and never change any more
     * @param count how many values
     * @param unchanged how many of them were not sent
     */
    Tuple(byte[] bytes, int from, int to, int count, int unchanged) {
      this.bytes = bytes;
      this.from = from;
      this.to = to;
      this.count = count;
      this.unchanged = unchanged;
    }

    int count() {
      return count;
    }

    int unchanged() {
      return unchanged;
    }

    boolean isUnchanged(int index) {
      if (unchanged == 0) {
        return false;
      }
      int at = from;
      for (int i = 0; i < index; i++) {
        at = Row.after(bytes, at);
      }
      return bytes[at] == UNCHANGED;
    }

    /** A view as a row; values that were not sent must be left out of it at once. */
    Row as(Columns columns) {
      return new Row(columns, bytes, from, to);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Tuple tuple
          && count == tuple.count
          && Arrays.equals(bytes, from, to, tuple.bytes, tuple.from, tuple.to);
    }

    @Override
    public int hashCode() {
      return count;
    }

    /** Never the values. */
    @Override
    public String toString() {
      return "Tuple[" + count + " columns, unchanged " + unchanged + "]";
    }
  }
}
