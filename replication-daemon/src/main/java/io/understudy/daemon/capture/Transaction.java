package io.understudy.daemon.capture;

import io.understudy.model.Position;
import java.util.List;

/** A committed transaction of the primary. */
public final class Transaction {
  private static final long OVERHEAD_BYTES = 96;

  private final Position position;
  private final long xid;
  private final List<Change> changes;
  // Every queue on the way asks for it.
  private final long bytes;

  /**
   * @param position epoch, and end of the commit record in the primary's log
   * @param xid PostgreSQL's transaction id
   * @param changes in the order in which they were made
   */
  public Transaction(Position position, long xid, List<Change> changes) {
    this.position = position;
    this.xid = xid;
    this.changes = List.copyOf(changes);
    long sum = OVERHEAD_BYTES;
    for (Change change : changes) {
      sum += change.bytes();
    }
    this.bytes = sum;
  }

  /** Epoch, and end of the commit record in the primary's log. */
  public Position position() {
    return position;
  }

  /** PostgreSQL's transaction id. */
  public long xid() {
    return xid;
  }

  /** What it did, in the order in which it was done. */
  public List<Change> changes() {
    return changes;
  }

  /** Estimate of the memory that it takes, bytes. */
  public long bytes() {
    return bytes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Transaction transaction
        && position.equals(transaction.position)
        && xid == transaction.xid
        && changes.equals(transaction.changes);
  }

  @Override
  public int hashCode() {
    return position.hashCode();
  }

  @Override
  public String toString() {
    return "Transaction[position=" + position + ", xid=" + xid + ", changes=" + changes + "]";
  }
}
