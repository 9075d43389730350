package io.understudy.testbed.process;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A small shell that outlives the run by a moment. It holds the read end of a pipe to us; when the
 * pipe closes (we close it, or we die by whatever signal) it kills every process in the run's rooms
 * and removes them. It is the one and only way in which a run ends.
 */
final class Reaper {
  private final Process shell;

  private Reaper(Process shell) {
    this.shell = shell;
  }

  static Reaper watch(RunFolder folder) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("setsid", "sh", "-c", script(), "reaper", folder.rooms().toString());
    builder.directory(folder.logs().toFile());
    builder.redirectErrorStream(true);
    builder.redirectOutput(folder.logs().resolve("reaper.log").toFile());
    return new Reaper(builder.start());
  }

  /** Lets the reaper do its work and returns whether it was done within {@code bound}. */
  boolean release(Duration bound) throws IOException, InterruptedException {
    shell.getOutputStream().close();
    return shell.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS) && shell.exitValue() == 0;
  }

  private static String script() throws IOException {
    try (InputStream in = Reaper.class.getResourceAsStream("reaper.sh")) {
      if (in == null) {
        throw new IllegalStateException("reaper.sh is missing beside " + Reaper.class);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
