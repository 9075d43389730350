package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.util.List;

/**
 * The stream of a primary's commits from where its slot stands. The slot is the only stored
 * position; it advances by {@link #confirm} and by nothing else.
 */
public interface Capture extends AutoCloseable {

  /** Receives the stream, on one thread at a time. */
  interface Sink {
    /**
     * Takes the next transaction in commit order. May block: that is the back pressure. After a
     * restart, transactions past the slot's position come again.
     *
     * @throws InterruptedException if the thread is told to end
     */
    void accept(Transaction transaction) throws InterruptedException;

    /** Takes several, in commit order, like {@link #accept} each of them. */
    default void acceptAll(List<Transaction> transactions) throws InterruptedException {
      for (Transaction transaction : transactions) {
        accept(transaction);
      }
    }

    /** The stream ended by itself; called at most once. */
    void failed(String reason);
  }

  /** Starts the stream; called once. */
  void start(Sink sink);

  /** Everything up to here is replicated and need not come again. Returns at once. */
  void confirm(Lsn replicated);

  /** Ends the stream and waits for it; the sink must not block any more. The slot stays. */
  @Override
  void close();
}
