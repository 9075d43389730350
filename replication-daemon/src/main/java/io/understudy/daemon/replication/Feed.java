package io.understudy.daemon.replication;

import io.understudy.daemon.apply.TransactionQueue;

/** What connects the stream to one shadow: its queue, and how patient the stream may be. */
final class Feed {
  final TransactionQueue queue;
  // While a copy runs nobody takes from the queue, so waiting for room would be for nothing.
  volatile boolean copying;
  // Owned by the stream's thread: how long this shadow has held up the others.
  long stalledMillis;

  Feed(long bytesMax, boolean copying) {
    this.queue = new TransactionQueue(bytesMax);
    this.copying = copying;
  }
}
