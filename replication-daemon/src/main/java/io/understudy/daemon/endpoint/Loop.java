package io.understudy.daemon.endpoint;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The one thread that owns an endpoint's state. What comes from outside waits while too much of it
 * is queued; what the state itself asked for never waits, because somebody may wait for it.
 */
final class Loop implements AutoCloseable {
  private static final int OUTSIDE_MAX = 1 << 14;

  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(OUTSIDE_MAX);
  private final Deque<Runnable> own = new ArrayDeque<>();
  private final Consumer<Throwable> defect;
  private final Thread thread;
  private volatile boolean ended;

  /**
   * @param defect hears of a bug, which ends the loop
   */
  Loop(String name, Consumer<Throwable> defect) {
    this.defect = defect;
    this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Runs an answer to something that the loop asked for. Any thread. */
  void post(Runnable task) {
    if (Thread.currentThread().equals(thread)) {
      own.add(task);
    } else {
      queue.add(task);
    }
  }

  /** Runs something that came from outside, and waits for room for it. Not on the loop. */
  void postFromOutside(Runnable task) throws InterruptedException {
    while (!room.tryAcquire(1, TimeUnit.SECONDS)) {
      if (ended) {
        return;
      }
    }
    queue.add(() -> {
      room.release();
      task.run();
    });
  }

  private void run() {
    try {
      while (!ended) {
        Runnable task = own.poll();
        (task == null ? queue.take() : task).run();
      }
    } catch (InterruptedException e) {
      ended = true;
    } catch (RuntimeException | Error e) {
      ended = true;
      defect.accept(e);
    }
  }

  /** Ends after the task under way, and waits for it. */
  @Override
  public void close() {
    ended = true;
    queue.add(() -> {}); // wakes it
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
