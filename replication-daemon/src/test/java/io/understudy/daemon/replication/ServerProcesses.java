package io.understudy.daemon.replication;

import io.understudy.daemon.postgres.TestDatabase;
import java.util.List;

/** The processes of a test's own server. */
final class ServerProcesses {
  private ServerProcesses() {}

  /** SIGKILL of all of them: nothing is flushed, nobody is told. */
  static void kill(TestDatabase database) {
    ProcessHandle server = ProcessHandle.of(pid(database)).orElseThrow();
    List<ProcessHandle> all = server.descendants().toList();
    server.destroyForcibly();
    all.forEach(ProcessHandle::destroyForcibly);
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
