package io.understudy.daemon.protocol.sim;

import java.util.PriorityQueue;
import java.util.function.LongConsumer;

/** The virtual clock: what happens next happens when everything before it has happened. */
final class Agenda {
  private record Entry(long atMillis, long order, Runnable what) implements Comparable<Entry> {
    @Override
    public int compareTo(Entry other) {
      int byTime = Long.compare(atMillis, other.atMillis);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private final PriorityQueue<Entry> entries = new PriorityQueue<>();
  private long nowMillis;
  private long order;

  long nowMillis() {
    return nowMillis;
  }

  void in(long millis, Runnable what) {
    entries.add(new Entry(nowMillis + millis, order++, what));
  }

  /** As {@link #in}; {@code what} is given its place, with which it may be put off. */
  void at(long atMillis, LongConsumer what) {
    at(atMillis, order++, what);
  }

  /** The same again, later, and still before everything that was planned after it. */
  void at(long atMillis, long place, LongConsumer what) {
    entries.add(new Entry(atMillis, place, () -> what.accept(place)));
  }

  /** Lets the next thing happen. */
  void next() {
    Entry entry = entries.remove();
    nowMillis = entry.atMillis;
    entry.what.run();
  }
}
