package io.understudy.daemon.kill;

import io.understudy.daemon.postgres.TestDatabase;
import java.util.List;

/** The processes of a test's own server. */
public final class ServerProcesses {
  private ServerProcesses() {}

  /** SIGKILL of all of them: nothing is flushed, nobody is told. */
  public static void kill(TestDatabase database) {
    kill(postmaster(database));
  }

  static void kill(ProcessHandle postmaster) {
    List<ProcessHandle> all = postmaster.descendants().toList();
    postmaster.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(each -> each.onExit().join());
    postmaster.onExit().join();
  }

  static ProcessHandle postmaster(TestDatabase database) {
    return ProcessHandle.of(pid(database)).orElseThrow();
  }

  private static long pid(TestDatabase database) {
    return Long.parseLong(
        database
            .query("SELECT pg_read_file('postmaster.pid')")
            .lines()
            .findFirst()
            .orElseThrow()
            .strip());
  }
}
