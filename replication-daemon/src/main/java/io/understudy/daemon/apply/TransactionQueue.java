package io.understudy.daemon.apply;

import io.understudy.daemon.capture.Transaction;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Transactions on their way to one consumer, bounded by the memory that they take. */
public final class TransactionQueue {
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition room = lock.newCondition();
  private final Condition arrival = lock.newCondition();
  private final Deque<Transaction> waiting = new ArrayDeque<>();
  // Invariant: bytes is the sum over waiting; above bytesMax only by the last one let in.
  private long bytes;
  private long bytesMax;
  private boolean ended;
  // Invariant: changes is the sum over waiting; the consumer is woken once there are so many.
  private long changes;
  private long wanted = 1;

  /**
   * @param bytesMax bound, estimated bytes; one transaction larger than it passes alone
   */
  public TransactionQueue(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** From now on there is this much room. */
  public void resize(long newBytesMax) {
    lock.lock();
    try {
      bytesMax = newBytesMax;
      room.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Adds a transaction, waiting for room at most {@code patience}. A queue that has ended takes
   * everything and keeps nothing.
   *
   * @return false if there was no room
   */
  public boolean offer(Transaction transaction, Duration patience) throws InterruptedException {
    return offer(List.of(transaction), 0, patience) == 1;
  }

  /**
   * Adds transactions in order, waiting for room at most {@code patience} at a stretch.
   *
   * @param first index of the first one to add
   * @return index of the first one for which there was no room, or their number
   */
  public int offer(List<Transaction> transactions, int first, Duration patience)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      int next = first;
      while (next < transactions.size() && awaitRoom(patience)) {
        add(transactions.get(next++));
      }
      announce();
      return next;
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitRoom(Duration patience) throws InterruptedException {
    long nanos = patience.toNanos();
    while (bytes >= bytesMax && !ended) {
      announce();
      if (nanos <= 0) {
        return false;
      }
      nanos = room.awaitNanos(nanos);
    }
    return true;
  }

  /** One without changes moves the position and must arrive too. */
  private static int weight(Transaction transaction) {
    return Math.max(1, transaction.changes().size());
  }

  private void announce() {
    if (changes >= wanted || bytes >= bytesMax) {
      arrival.signalAll();
    }
  }

  private void add(Transaction transaction) {
    if (!ended) {
      waiting.addLast(transaction);
      bytes += transaction.bytes();
      changes += weight(transaction);
    }
  }

  /**
   * Waits until {@code changesMin} changes are there, the queue is full or has ended, or {@code
   * patience} is over: a consumer that takes whatever comes first works on one transaction at a
   * time, and with what that costs keeps those before it from being faster.
   */
  public void gather(int changesMin, Duration patience) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      wanted = changesMin;
      long nanos = patience.toNanos();
      while (changes < wanted && bytes < bytesMax && !ended && nanos > 0) {
        nanos = arrival.awaitNanos(nanos);
      }
    } finally {
      wanted = 1;
      lock.unlock();
    }
  }

  /** Takes like {@link #take(int, long)} whatever the memory. */
  public List<Transaction> take(int changesMax) throws InterruptedException {
    return take(changesMax, Long.MAX_VALUE);
  }

  /**
   * Takes the next transactions in order, at least one, waiting for it.
   *
   * @param changesMax stops before the transaction that would exceed it
   * @param takenBytesMax stops before the transaction that would exceed it, estimated bytes
   * @return nothing only if the queue has ended and is empty
   */
  public List<Transaction> take(int changesMax, long takenBytesMax) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !ended) {
        arrival.await();
      }
      List<Transaction> group = new ArrayList<>();
      int takenChanges = 0;
      long taken = 0;
      for (Transaction next = waiting.peekFirst();
          next != null
              && (group.isEmpty()
                  || (takenChanges + weight(next) <= changesMax
                      && taken + next.bytes() <= takenBytesMax));
          next = waiting.peekFirst()) {
        group.add(waiting.removeFirst());
        takenChanges += weight(next);
        taken += next.bytes();
      }
      bytes -= taken;
      changes -= takenChanges;
      room.signalAll();
      return group;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more comes; what waits is still taken. */
  public void end() {
    lock.lock();
    try {
      ended = true;
      room.signalAll();
      arrival.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Nothing more comes and nothing more is taken. */
  public void discard() {
    lock.lock();
    try {
      ended = true;
      waiting.clear();
      bytes = 0;
      changes = 0;
      room.signalAll();
      arrival.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether less than half of the room is taken. */
  public boolean isRelaxed() {
    lock.lock();
    try {
      return bytes < bytesMax / 2;
    } finally {
      lock.unlock();
    }
  }
}
