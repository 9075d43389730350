package io.understudy.daemon.capture;

import io.understudy.model.Position;
import java.util.List;

/**
 * A committed transaction of the primary.
 *
 * @param position epoch, and end of the commit record in the primary's log
 * @param xid PostgreSQL's transaction id
 * @param changes in the order in which they were made
 */
public record Transaction(Position position, long xid, List<Change> changes) {
  public Transaction {
    changes = List.copyOf(changes);
  }

  /** Estimate of the memory that it takes, bytes. */
  public long bytes() {
    long bytes = 64;
    for (Change change : changes) {
      bytes += change.bytes();
    }
    return bytes;
  }
}
