package io.understudy.testbed.app.state;

import io.understudy.model.Lsn;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Committed writes that wait until they are replicated. Not for use by several threads.
 *
 * <p>A report can only speak for a write while this endpoint has been the primary in one epoch all
 * the time: LSNs of another epoch belong to another server's log. As soon as a report names another
 * primary or another epoch, whether the waiting writes survived is unknown.
 */
public final class PendingWrites {
  /** How a write ended. */
  public enum Outcome {
    REPLICATED,
    UNKNOWN
  }

  /** A write that waits no longer. */
  public record Settled(long ticket, Outcome outcome) {}

  private record Pending(long ticket, Lsn lsn) {}

  private final String endpoint;
  private final PriorityQueue<Pending> waiting =
      new PriorityQueue<>(Comparator.comparing(Pending::lsn));
  private @Nullable ReplicationReport last;

  public PendingWrites(String endpoint) {
    this.endpoint = endpoint;
  }

  /** Takes a committed write; its outcome is empty while it has to wait. */
  public Optional<Outcome> add(long ticket, Lsn lsn) {
    if (last != null && !last.primary().equals(endpoint)) {
      return Optional.of(Outcome.UNKNOWN);
    }
    if (last != null && covers(last, lsn)) {
      return Optional.of(Outcome.REPLICATED);
    }
    waiting.add(new Pending(ticket, lsn));
    return Optional.empty();
  }

  /** Takes a report; the result is the writes that wait no longer. */
  public List<Settled> report(ReplicationReport report) {
    ReplicationReport before = last;
    boolean sameEpoch = before == null || before.epoch() == report.epoch();
    last = report;
    if (!sameEpoch || !report.primary().equals(endpoint)) {
      return settleAll();
    }
    List<Settled> settled = new ArrayList<>();
    for (Pending head = waiting.peek();
        head != null && covers(report, head.lsn);
        head = waiting.peek()) {
      waiting.remove();
      settled.add(new Settled(head.ticket, Outcome.REPLICATED));
    }
    return settled;
  }

  /** Forgets a write that has waited long enough. */
  public void drop(long ticket) {
    waiting.removeIf(pending -> pending.ticket == ticket);
  }

  public int size() {
    return waiting.size();
  }

  private List<Settled> settleAll() {
    List<Settled> settled =
        waiting.stream().map(pending -> new Settled(pending.ticket, Outcome.UNKNOWN)).toList();
    waiting.clear();
    return settled;
  }

  private static boolean covers(ReplicationReport report, Lsn lsn) {
    return report.replicated().epoch() == report.epoch()
        && lsn.compareTo(report.replicated().lsn()) <= 0;
  }
}
