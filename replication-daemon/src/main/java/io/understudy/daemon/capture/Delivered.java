package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.util.ArrayDeque;

/**
 * What was read from a slot and not yet confirmed to it, and how far it may be confirmed. Pure; one
 * owner.
 */
final class Delivered {
  private final int transactionsMax;
  // Invariant: ascending, and all of them past `confirmed`.
  private final ArrayDeque<Lsn> ends = new ArrayDeque<>();
  private Lsn confirmed;

  /**
   * @param start where the stream begins
   * @param transactionsMax how many there may be
   */
  Delivered(Lsn start, int transactionsMax) {
    this.confirmed = start;
    this.transactionsMax = transactionsMax;
  }

  /** Everything up to here may be forgotten by the server. Never falls. */
  Lsn confirmed() {
    return confirmed;
  }

  boolean isEmpty() {
    return ends.isEmpty();
  }

  boolean isFull() {
    return ends.size() >= transactionsMax;
  }

  /** A transaction that ends here was handed over. */
  void add(Lsn end) {
    ends.addLast(end);
  }

  /**
   * Whole transactions up to {@code replicated} are confirmed.
   *
   * @return whether that moved the confirmed position
   */
  boolean confirm(Lsn replicated) {
    Lsn before = confirmed;
    while (!ends.isEmpty() && ends.getFirst().compareTo(replicated) <= 0) {
      confirmed = ends.removeFirst();
    }
    return !confirmed.equals(before);
  }

  /**
   * The server has nothing for us up to {@code received}: confirms it if nothing is outstanding.
   *
   * @return whether that moved the confirmed position
   */
  boolean skipTo(Lsn received) {
    if (!ends.isEmpty() || received.compareTo(confirmed) <= 0) {
      return false;
    }
    confirmed = received;
    return true;
  }
}
