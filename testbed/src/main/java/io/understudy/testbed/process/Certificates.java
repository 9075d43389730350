package io.understudy.testbed.process;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Certificates with which the daemons of one run know each other. */
public final class Certificates {
  private static final int HEAP_MEGABYTES = 64;
  private static final long MAKING_SECONDS_MAX = 60;

  private Certificates() {}

  /**
   * Makes them by {@code understudy ca}.
   *
   * @param run whose logs tell what it said
   * @param names of the endpoints
   * @return the folder that they are in
   */
  public static Path make(RunFolder run, JavaModules modules, List<String> names)
      throws IOException, InterruptedException {
    Path folder = run.room("certificates");
    Path log = run.logs().resolve("ca.log");
    List<String> arguments = new ArrayList<>(List.of("ca", "--out", folder.toString()));
    arguments.addAll(names);
    JavaModules.Entry entry =
        new JavaModules.Entry(
            "replication-daemon",
            "io.understudy.daemon.Main",
            HEAP_MEGABYTES,
            JavaModules.Jit.FAST_START);
    Process process =
        new ProcessBuilder(modules.command(entry, arguments))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (!process.waitFor(MAKING_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
    if (process.isAlive() || process.exitValue() != 0) {
      throw new IOException("no certificates were made, see " + log);
    }
    return folder;
  }
}
