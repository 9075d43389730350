package io.understudy.testbed.bench.sync;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Processor seconds of processes with all their children, the ended ones included, as Linux counts
 * them in {@code /proc} (proc(5): utime, stime, cutime, cstime, in hundredths of a second).
 */
public final class ProcessorTime {
  private static final double TICKS_PER_SECOND = 100;
  private static final int UTIME = 11;

  private ProcessorTime() {}

  /** Seconds that the processes with these numbers, and everything below them, have used. */
  public static double seconds(List<Long> roots) throws IOException {
    double ticks = 0;
    for (long root : roots) {
      ticks += ticks(root, 4);
      for (ProcessHandle child :
          ProcessHandle.of(root).map(ProcessHandle::children).orElseThrow().toList()) {
        ticks += ticks(child.pid(), 2);
      }
    }
    return ticks / TICKS_PER_SECOND;
  }

  /** Largest resident memory that a process has had, MB. */
  public static double peakMegabytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
      }
    }
    throw new IOException("/proc/" + pid + "/status tells no VmHWM");
  }

  private static long ticks(long pid, int fields) throws IOException {
    Path file = Path.of("/proc/" + pid + "/stat");
    if (!Files.exists(file)) {
      return 0; // Ended meanwhile; its parent counts it.
    }
    String line = Files.readString(file);
    String[] afterName = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
    long ticks = 0;
    for (int i = 0; i < fields; i++) {
      ticks += Long.parseLong(afterName[UTIME + i]);
    }
    return ticks;
  }
}
