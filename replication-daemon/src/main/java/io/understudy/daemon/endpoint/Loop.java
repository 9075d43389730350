package io.understudy.daemon.endpoint;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs everything that touches an endpoint's state and its journal, one task after the other, in
 * turns on a thread that it shares with the connections: a message needs no hand-over on its way
 * from the socket to the disk and back.
 *
 * <p>What comes from outside waits while too much of it is queued; what the state itself asked for
 * never waits, because somebody may wait for it. What is worth doing for many events at once is put
 * off until nothing else is queued.
 */
final class Loop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Loop.class);
  private static final Duration END_MAX = Duration.ofSeconds(10);
  private static final int OUTSIDE_MAX = 1 << 14;
  private static final int PUT_OFF_TASKS_MAX = 256;
  // Then the connections have their turn.
  private static final int TURN_TASKS_MAX = 512;

  private final Executor carrier;
  private final Consumer<Throwable> defect;
  private final Queue<Runnable> queue = new ConcurrentLinkedQueue<>();
  private final Semaphore room = new Semaphore(OUTSIDE_MAX);
  private final Deque<Runnable> own = new ArrayDeque<>();
  private final Deque<Runnable> putOff = new ArrayDeque<>();
  // Invariant: set while a turn is coming or under way.
  private final AtomicBoolean due = new AtomicBoolean();
  private int passed; // tasks since something was put off
  private volatile @Nullable Thread turning;
  private volatile boolean ended;

  /**
   * @param carrier a single thread, which may block on the disk
   * @param defect hears of a bug, which ends the loop
   */
  Loop(Executor carrier, Consumer<Throwable> defect) {
    this.carrier = carrier;
    this.defect = defect;
  }

  /** Runs an answer to something that the loop asked for. Any thread. */
  void post(Runnable task) {
    if (isHere()) {
      own.add(task);
    } else {
      queue.add(task);
      ask();
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
    post(() -> {
      room.release();
      task.run();
    });
  }

  /**
   * Gives an order on the loop. Any thread.
   *
   * @return what came of it; fails with the {@link IllegalStateException} that the order threw,
   *     which says why it is not carried out
   */
  <T> CompletableFuture<T> call(Supplier<CompletableFuture<T>> order) {
    CompletableFuture<CompletableFuture<T>> given = new CompletableFuture<>();
    post(() -> {
      try {
        given.complete(order.get());
      } catch (IllegalStateException e) {
        given.completeExceptionally(e);
      }
    });
    return given.thenCompose(Function.identity());
  }

  private boolean isHere() {
    return Thread.currentThread().equals(turning);
  }

  private void ask() {
    if (!ended && due.compareAndSet(false, true)) {
      try {
        carrier.execute(this::turn);
      } catch (RejectedExecutionException e) {
        ended = true; // Its thread is gone.
      }
    }
  }

  private void turn() {
    turning = Thread.currentThread();
    try {
      Runnable task = next();
      for (int i = 0; task != null && !ended; i++) {
        task.run();
        task = i < TURN_TASKS_MAX ? next() : null;
      }
    } catch (RuntimeException | Error e) {
      ended = true;
      defect.accept(e);
    } finally {
      boolean left = !own.isEmpty() || !putOff.isEmpty();
      turning = null;
      due.set(false);
      if (left || !queue.isEmpty()) {
        ask();
      }
    }
  }

  private @Nullable Runnable next() {
    Runnable task = own.poll();
    if (task == null && (putOff.isEmpty() || passed++ < PUT_OFF_TASKS_MAX)) {
      task = queue.poll();
    }
    if (task == null) {
      passed = 0;
      own.addAll(putOff);
      putOff.clear();
      task = own.poll();
    }
    return task;
  }

  /** Ends after the task under way, and waits for it, but not for ever: disks may hang. */
  @Override
  public void close() {
    ended = true;
    if (isHere()) {
      return;
    }
    CountDownLatch over = new CountDownLatch(1);
    try {
      carrier.execute(over::countDown);
      if (!over.await(END_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("an endpoint's loop is still busy after {} s", END_MAX.toSeconds());
      }
    } catch (RejectedExecutionException e) {
      log.debug("the loop's thread is gone already");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
