package io.understudy.daemon.audit;

import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The newest entries in memory, and all of them in the log. */
public final class AuditLog {
  private static final Logger log = LoggerFactory.getLogger("understudy.audit");

  private final InstantSource clock;
  private final int keptMax;
  private volatile Runnable listener = () -> {};
  private final AtomicLong lastSeq = new AtomicLong();
  private final ConcurrentLinkedDeque<AuditEntry> kept = new ConcurrentLinkedDeque<>();

  /**
   * An empty log.
   *
   * @param keptMax entries that stay readable
   */
  public AuditLog(InstantSource clock, int keptMax) {
    this.clock = clock;
    this.keptMax = keptMax;
  }

  /** Runs {@code newListener} after each entry, on the thread that recorded it. */
  public void onEntry(Runnable newListener) {
    listener = newListener;
  }

  public void record(String service, Change change) {
    AuditEntry entry = new AuditEntry(lastSeq.incrementAndGet(), clock.millis(), service, change);
    log.info(
        "{} {}: {} -> {} cause={}",
        service,
        change.kind(),
        change.from(),
        change.to(),
        change.cause());
    kept.addLast(entry);
    while (kept.size() > keptMax) {
      kept.pollFirst();
    }
    listener.run();
  }

  /** Entries with a higher sequence number, the oldest first. */
  public List<AuditEntry> after(long seq) {
    return kept.stream().filter(entry -> entry.seq() > seq).toList();
  }
}
