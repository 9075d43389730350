package io.understudy.daemon.replication;

import java.util.concurrent.atomic.LongAdder;

/** Counts what one shadow's applier does. */
final class ShadowCounters {
  // 1 to 65536 changes.
  private static final int GROUP_BOUNDS = 17;

  private final Distribution groupChanges = Distribution.doubling(1, GROUP_BOUNDS);
  private final LongAdder retries = new LongAdder();
  private final LongAdder fallbacks = new LongAdder();

  void grouped(int changes) {
    groupChanges.record(changes);
  }

  void retried() {
    retries.increment();
  }

  void fellBack() {
    fallbacks.increment();
  }

  Figures.OfShadow figures() {
    return new Figures.OfShadow(groupChanges.snapshot(), retries.sum(), fallbacks.sum());
  }
}
