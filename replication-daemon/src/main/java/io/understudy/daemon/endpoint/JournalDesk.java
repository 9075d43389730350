package io.understudy.daemon.endpoint;

import io.understudy.daemon.journal.Promise;
import io.understudy.daemon.journal.PromiseFile;
import io.understudy.daemon.journal.RetentionPolicy;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what blocks on the disk, in order, on a thread of its own: the journal and the promise file.
 * Answers come on the caller's loop, in order. After the first failure nothing more is done and
 * nothing more is answered: what is durable is not known any more.
 */
final class JournalDesk implements AutoCloseable {
  /** Work on the disk. */
  private interface Work<T> {
    T run() throws IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(JournalDesk.class);

  private final Ledger ledger;
  private final PromiseFile promises;
  private final Loop loop;
  private final Runnable failed;
  private final ExecutorService thread;
  private boolean broken; // owned by the thread
  private volatile Position acked; // as on disk

  /**
   * @param failed called on the loop, once
   */
  JournalDesk(Ledger ledger, PromiseFile promises, Loop loop, Runnable failed) {
    this.ledger = ledger;
    this.promises = promises;
    this.loop = loop;
    this.failed = failed;
    this.acked = ledger.acked();
    this.thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().name("journal").factory());
  }

  void append(List<Held> frames) {
    work(
        () -> {
          ledger.append(frames);
          return true;
        },
        _ -> {});
  }

  /**
   * Makes durable what was appended before.
   *
   * @param vouching notes at once that it may be vouched for: then the acknowledgement, which
   *     follows, need not wait for that
   */
  void sync(boolean vouching, Consumer<Tip> then) {
    work(
        () -> {
          Tip tip = ledger.sync();
          if (vouching) {
            ledger.markAcked(tip.position());
          }
          return tip;
        },
        then);
  }

  /**
   * Notes what is vouched for, and waits until it is durable.
   *
   * @return false if it is not, and never will be
   */
  boolean saveAcked(Position position) {
    if (position.compareTo(acked) <= 0) {
      return true;
    }
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    thread.execute(() -> {
      boolean saved =
          run(() -> {
            ledger.markAcked(position);
            return true;
          })
              != null;
      done.complete(saved);
    });
    try {
      return done.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Notes it some time: for a source, whose own journal nobody counts on before it is a voter. */
  void noteLater(Position position) {
    work(
        () -> {
          ledger.noteAcked(position);
          return true;
        },
        _ -> {});
  }

  void truncate(Tip to, Consumer<Tip> then) {
    work(() -> ledger.truncate(to), then);
  }

  void verify(Consumer<Tip> then) {
    work(ledger::verify, then);
  }

  void restart(Tip base, Runnable then) {
    work(
        () -> {
          ledger.restart(base);
          return base;
        },
        _ -> then.run());
  }

  void retain(RetentionPolicy policy, Position floor) {
    work(
        () -> {
          ledger.retain(policy, floor);
          return true;
        },
        _ -> {});
  }

  /**
   * What is on the disk.
   *
   * @param acked highest position that may have been vouched for
   * @param empty whether the journal has no frame
   * @param damaged whether it was found damaged since this process began
   */
  record State(
      Tip tip,
      Position acked,
      io.understudy.daemon.protocol.@Nullable Promise promise,
      boolean empty,
      boolean damaged) {}

  /** Makes everything durable and tells what there is. */
  void state(Consumer<State> then) {
    work(
        () -> {
          Tip tip = ledger.sync();
          var promise =
              promises
                  .last()
                  .map(it -> new io.understudy.daemon.protocol.Promise(it.epoch(), it.candidate()))
                  .orElse(null);
          return new State(tip, ledger.acked(), promise, ledger.isEmpty(), ledger.damaged());
        },
        then);
  }

  void savePromise(io.understudy.daemon.protocol.Promise promise, Runnable then) {
    work(
        () -> {
          if (!promises.promise(new Promise(promise.epoch(), promise.candidate()))) {
            throw new IllegalStateException(promise + " would break " + promises.last());
          }
          return true;
        },
        _ -> then.run());
  }

  private <T> void work(Work<T> work, Consumer<T> then) {
    thread.execute(() -> {
      T result = run(work);
      if (result != null) {
        loop.post(() -> then.accept(result));
      }
    });
  }

  private <T> @Nullable T run(Work<T> work) {
    if (broken) {
      return null;
    }
    try {
      T result = work.run();
      acked = ledger.acked();
      return result;
    } catch (IOException e) {
      log.error("journal: -> failed cause={}", e.getMessage());
    } catch (RuntimeException e) {
      log.error("journal: -> failed by a defect", e);
    }
    broken = true;
    loop.post(failed);
    return null;
  }

  /** Ends after the work under way. */
  @Override
  public void close() {
    thread.shutdown(); // An interrupt would close the files under a write.
    try {
      if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
        log.warn("the journal's thread did not end");
      }
      ledger.close();
      promises.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("the journal did not close: {}", e.getMessage());
    }
  }
}
