package io.understudy.daemon.snapshot;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a copy sends, on any thread, and tells its progress. */
final class Meter {
  private static final long REPORT_BYTES = 1 << 20;

  private final Progress progress;
  private final InstantSource clock;
  private final Instant began;
  private final long bytesExpected;
  private final AtomicLong bytes = new AtomicLong();
  private final LongAdder rows = new LongAdder();

  Meter(Progress progress, InstantSource clock, long bytesExpected) {
    this.progress = progress;
    this.clock = clock;
    this.began = clock.instant();
    this.bytesExpected = bytesExpected;
  }

  void sent(long moreRows, long moreBytes) {
    rows.add(moreRows);
    long after = bytes.addAndGet(moreBytes);
    if (after / REPORT_BYTES != (after - moreBytes) / REPORT_BYTES) {
      report();
    }
  }

  void report() {
    long sent = bytes.get();
    long millis = took().toMillis();
    progress.at(
        new Progress.Sent(
            rows.sum(), sent, bytesExpected, millis < 1_000 ? 0 : sent * 1_000 / millis));
  }

  long bytes() {
    return bytes.get();
  }

  Duration took() {
    return Duration.between(began, clock.instant());
  }
}
