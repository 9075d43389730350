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
  private final Condition changed = lock.newCondition();
  private final Deque<Transaction> waiting = new ArrayDeque<>();
  // Invariant: bytes is the sum over waiting; above bytesMax only by the last one let in.
  private long bytes;
  private long bytesMax;
  private boolean ended;

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
      changed.signalAll();
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
    long nanos = patience.toNanos();
    lock.lockInterruptibly();
    try {
      while (bytes >= bytesMax && !ended) {
        if (nanos <= 0) {
          return false;
        }
        nanos = changed.awaitNanos(nanos);
      }
      if (!ended) {
        waiting.addLast(transaction);
        bytes += transaction.bytes();
        changed.signalAll();
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Takes the next transactions in order, at least one, waiting for it.
   *
   * @param changesMax stops before the transaction that would exceed it
   * @return nothing only if the queue has ended and is empty
   */
  public List<Transaction> take(int changesMax) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      while (waiting.isEmpty() && !ended) {
        changed.await();
      }
      List<Transaction> group = new ArrayList<>();
      int changes = 0;
      for (Transaction next = waiting.peekFirst();
          next != null && (group.isEmpty() || changes + next.changes().size() <= changesMax);
          next = waiting.peekFirst()) {
        group.add(waiting.removeFirst());
        changes += next.changes().size();
        bytes -= next.bytes();
      }
      changed.signalAll();
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
      changed.signalAll();
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
      changed.signalAll();
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
