package io.understudy.daemon.wire;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Remembers what it is told, and may be made to take its time. */
final class RecordingInbox implements Peers.Inbox {
  final List<String> events = new CopyOnWriteArrayList<>();
  final List<Parcel> received = new CopyOnWriteArrayList<>();
  final Semaphore permits = new Semaphore(Integer.MAX_VALUE);
  final AtomicInteger inside = new AtomicInteger();
  final AtomicInteger overlaps = new AtomicInteger();
  final List<Throwable> defects = new CopyOnWriteArrayList<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());

  @Override
  public void execute(Runnable delivery) {
    thread.execute(() -> {
      try {
        delivery.run();
      } catch (RuntimeException | Error e) {
        defects.add(e);
      }
    });
  }

  @Override
  public void received(String from, Parcel parcel) {
    overlaps.addAndGet(inside.getAndIncrement());
    permits.acquireUninterruptibly();
    received.add(parcel);
    permits.release();
    inside.decrementAndGet();
  }

  @Override
  public void connected(String peer) {
    overlaps.addAndGet(inside.get());
    events.add("connected " + peer);
  }

  @Override
  public void disconnected(String peer) {
    overlaps.addAndGet(inside.get());
    events.add("disconnected " + peer);
  }

  /** Takes nothing more, until {@link #takeAll}. */
  void takeNothing() {
    permits.drainPermits();
  }

  void takeAll() {
    permits.release(1 << 20);
  }
}
