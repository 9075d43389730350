package io.understudy.testbed.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The processes that live in a folder: those whose working directory is it or is below it. A
 * working directory is inherited, so no grandchild escapes, and process ids are never kept, so a
 * reused one is never hit.
 *
 * @param folder the folder, absolute and without symbolic links
 */
public record Residents(Path folder) {

  /** Whether this machine shows working directories; Linux does. */
  public static boolean supported() {
    return cwd(ProcessHandle.current()).isPresent();
  }

  public List<ProcessHandle> list() {
    return ProcessHandle.allProcesses().filter(this::livesHere).toList();
  }

  /**
   * SIGKILL to everyone here, again until nobody is left: a process may have forked while the list
   * was made.
   *
   * @return how many processes were killed
   */
  public int killAll(Patience patience, Duration bound) {
    int[] killed = {0};
    patience.await(
        "the end of every process in " + folder,
        bound,
        () -> {
          List<ProcessHandle> left = list();
          left.forEach(ProcessHandle::destroyForcibly);
          killed[0] += left.size();
          return left.isEmpty();
        });
    return killed[0];
  }

  private boolean livesHere(ProcessHandle process) {
    return cwd(process).filter(cwd -> cwd.startsWith(folder)).isPresent();
  }

  private static Optional<Path> cwd(ProcessHandle process) {
    try {
      return Optional.of(
          Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), "cwd")));
    } catch (IOException e) {
      return Optional.empty(); // It has ended, or belongs to somebody else.
    }
  }
}
