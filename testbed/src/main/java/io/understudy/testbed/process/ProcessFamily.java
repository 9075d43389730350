package io.understudy.testbed.process;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * All processes of one run. {@link #close} may come from a shutdown hook while the run is still
 * starting more: whatever slips in lives in the rooms and is taken by the reaper.
 */
public final class ProcessFamily implements AutoCloseable {
  private static final Duration GRACE = Duration.ofSeconds(5);
  private static final Duration REAPING = Duration.ofSeconds(30);

  private final RunFolder folder;
  private final Reaper reaper;
  private final Queue<Child> children = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean closing = new AtomicBoolean();

  private ProcessFamily(RunFolder folder, Reaper reaper) {
    this.folder = folder;
    this.reaper = reaper;
  }

  /**
   * Starts the reaper, before there is anything to reap, and sees to the end of the JVM: on a
   * Ctrl-C too everything is closed in order.
   *
   * @throws IllegalStateException where the kernel does not show working directories
   */
  public static ProcessFamily gather(RunFolder folder) throws IOException {
    if (!Residents.supported()) {
      throw new IllegalStateException(
          "this needs Linux: processes are found by /proc/PID/cwd, which is not there");
    }
    ProcessFamily family = new ProcessFamily(folder, Reaper.watch(folder));
    Runtime.getRuntime().addShutdownHook(new Thread(family::closeAtExit, "end-of-run"));
    return family;
  }

  public Child start(Program program) throws IOException {
    if (!program.folder().startsWith(folder.rooms())) {
      throw new IllegalArgumentException(
          program.name() + " would live in " + program.folder() + ", outside the run's rooms");
    }
    if (closing.get()) {
      throw new IllegalStateException("the run is ending; " + program.name() + " is not started");
    }
    Child child = Child.start(program, folder.logs());
    children.add(child);
    return child;
  }

  /** Children that have ended. */
  public List<Child> ended() {
    return children.stream().filter(child -> !child.alive()).toList();
  }

  /**
   * Ends every process: SIGTERM to all at once, then, after a grace, the reaper. Databases are not
   * spared the SIGKILL, because their folders go as well. Later calls do nothing.
   */
  @Override
  public void close() throws IOException {
    if (!closing.compareAndSet(false, true)) {
      return;
    }
    boolean done = false;
    try {
      children.forEach(Child::terminate);
      awaitAll();
      done = reaper.release(REAPING);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!done) {
      throw new IOException("processes may be left in " + folder.rooms() + "; see reaper.log");
    }
  }

  private void closeAtExit() {
    try {
      close();
    } catch (IOException e) {
      System.err.println(e.getMessage());
    }
  }

  private void awaitAll() throws InterruptedException {
    Duration step = Duration.ofMillis(20);
    for (Duration waited = Duration.ZERO; waited.compareTo(GRACE) < 0; waited = waited.plus(step)) {
      boolean allEnded = true;
      for (Child child : children) {
        allEnded &= child.awaitEnd(allEnded ? step : Duration.ZERO);
      }
      if (allEnded) {
        return;
      }
    }
  }
}
