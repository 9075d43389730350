package io.understudy.daemon.endpoint;

import io.understudy.daemon.journal.Promise;
import io.understudy.daemon.journal.PromiseFile;
import io.understudy.daemon.journal.RetentionPolicy;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what blocks on the disk, in order: the journal and the promise file. Answers come on the
 * loop, in order. After the first failure nothing more is done and nothing more is answered: what
 * is durable is not known any more.
 *
 * <p>It runs on the loop: nothing may be said before it is durable anyhow, and a hand-over to a
 * thread that waits for the disk and back takes about as long as the disk. What reads or copies
 * much of the journal runs aside, and everything else for the disk waits for it.
 */
final class JournalDesk implements AutoCloseable {
  /** Work on the disk. */
  private interface Work<T> {
    T run() throws IOException;
  }

  private static final Logger log = LoggerFactory.getLogger(JournalDesk.class);
  private static final long END_SECONDS_MAX = 10;

  private final Ledger ledger;
  private final PromiseFile promises;
  private final Loop loop;
  private final Runnable failed;
  private final Deque<Runnable> waiting = new ArrayDeque<>(); // for the work aside
  private @Nullable CompletableFuture<Boolean> aside; // while some is under way
  private volatile boolean broken;

  /**
   * @param failed called on the loop, once
   */
  JournalDesk(Ledger ledger, PromiseFile promises, Loop loop, Runnable failed) {
    this.ledger = ledger;
    this.promises = promises;
    this.loop = loop;
    this.failed = failed;
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
   * Makes durable what was appended before, and whatever is appended until nothing else is queued.
   *
   * @param vouching notes at once that it may be vouched for: then the acknowledgement, which
   *     follows, need not wait for that
   */
  void sync(boolean vouching, Consumer<Tip> then) {
    loop.putOff(() ->
        work(
            () -> {
              Tip tip = ledger.sync();
              if (vouching) {
                ledger.markAcked(tip.position());
              }
              return tip;
            },
            then));
  }

  /**
   * Notes, durably, what is vouched for.
   *
   * @return false if it is not, and never will be
   */
  boolean saveAcked(Position position) {
    CompletableFuture<Boolean> running = aside;
    if (running != null) {
      running.join();
    }
    return run(() -> {
      ledger.markAcked(position);
      return true;
    })
        != null;
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
    workAside(() -> ledger.truncate(to), then);
  }

  void verify(Consumer<Tip> then) {
    workAside(ledger::verify, then);
  }

  void restart(Tip base, Runnable then) {
    workAside(
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
    if (aside != null) {
      waiting.add(() -> work(work, then));
      return;
    }
    T result = run(work);
    if (result != null) {
      loop.post(() -> then.accept(result));
    }
  }

  private <T> void workAside(Work<T> work, Consumer<T> then) {
    if (aside != null) {
      waiting.add(() -> workAside(work, then));
      return;
    }
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    aside = done;
    Thread.ofPlatform()
        .daemon()
        .name("journal")
        .start(() -> {
          T result = run(work);
          done.complete(true);
          loop.post(() -> goOn(result, then));
        });
  }

  /** Answers come in the order of the requests. */
  private <T> void goOn(@Nullable T result, Consumer<T> then) {
    aside = null;
    if (result != null) {
      loop.post(() -> then.accept(result));
    }
    while (aside == null && !waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  private <T> @Nullable T run(Work<T> work) {
    if (broken) {
      return null;
    }
    try {
      return work.run();
    } catch (IOException e) {
      log.error("journal: -> failed cause={}", e.getMessage());
    } catch (RuntimeException e) {
      log.error("journal: -> failed by a defect", e);
    }
    broken = true;
    loop.post(failed);
    return null;
  }

  /** Once the loop has ended. */
  @Override
  public void close() {
    CompletableFuture<Boolean> running = aside;
    try {
      if (running != null) {
        running.orTimeout(END_SECONDS_MAX, TimeUnit.SECONDS).join();
      }
      ledger.close();
      promises.close();
    } catch (IOException | CompletionException e) {
      log.warn("the journal did not close: {}", e.getMessage());
    }
  }
}
