package io.understudy.daemon.replication;

import java.util.concurrent.atomic.LongAdder;

/** Counts what one shadow's applier does. Any thread. */
public final class ShadowCounters {
  // 1 to 65536 changes.
  private static final int GROUP_BOUNDS = 17;

  private final Distribution groupChanges = Distribution.doubling(1, GROUP_BOUNDS);
  private final LongAdder retries = new LongAdder();
  private final LongAdder fallbacks = new LongAdder();

  /** A database transaction with this many changes is durable. */
  public void grouped(int changes) {
    groupChanges.record(changes);
  }

  /** An error is tried again. */
  public void retried() {
    retries.increment();
  }

  /** A group is applied row by row. */
  public void fellBack() {
    fallbacks.increment();
  }

  public Figures.OfShadow figures() {
    return new Figures.OfShadow(groupChanges.snapshot(), retries.sum(), fallbacks.sum());
  }
}
