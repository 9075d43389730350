package io.understudy.daemon.endpoint;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns an endpoint's state and its journal. What comes from outside waits while
 * too much of it is queued; what the state itself asked for never waits, because somebody may wait
 * for it. What is worth doing for many events at once is put off until nothing else is queued.
 */
final class Loop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);
  private static final Duration END_MAX = Duration.ofSeconds(10);
  private static final int OUTSIDE_MAX = 1 << 14;
  private static final int PUT_OFF_TASKS_MAX = 256;

  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final Semaphore room = new Semaphore(OUTSIDE_MAX);
  private final Deque<Runnable> own = new ArrayDeque<>();
  private final Deque<Runnable> putOff = new ArrayDeque<>();
  private int passed; // tasks since something was put off
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

  /**
   * Runs something once nothing else is queued, or after {@link #PUT_OFF_TASKS_MAX} tasks; at once
   * on an idle endpoint, so that nobody waits for company. On the loop.
   */
  void putOff(Runnable task) {
    putOff.add(task);
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
        next().run();
      }
    } catch (InterruptedException e) {
      ended = true;
    } catch (RuntimeException | Error e) {
      ended = true;
      defect.accept(e);
    }
  }

  private Runnable next() throws InterruptedException {
    Runnable task = own.poll();
    if (task == null && putOff.isEmpty()) {
      return queue.take();
    }
    if (task == null && passed++ < PUT_OFF_TASKS_MAX) {
      task = queue.poll();
    }
    if (task == null) {
      passed = 0;
      own.addAll(putOff);
      putOff.clear();
      task = own.remove();
    }
    return task;
  }

  /** Ends after the task under way, and waits for it, but not for ever: disks may hang. */
  @Override
  public void close() {
    ended = true;
    queue.add(() -> {}); // wakes it
    if (Thread.currentThread().equals(thread)) {
      return;
    }
    try {
      if (!thread.join(END_MAX)) {
        log.warn("{} is still busy after {} s", thread.getName(), END_MAX.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
