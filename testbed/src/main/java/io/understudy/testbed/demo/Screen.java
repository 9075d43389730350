package io.understudy.testbed.demo;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What people see. On a terminal the last line is redrawn in place; elsewhere only plain lines are
 * written, and the state once every few seconds.
 */
final class Screen {
  private static final int BAR = 20;
  private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

  private final PrintStream out;
  private final boolean live;

  /** Events come from another thread than the state; a line of one never splits the other's. */
  private final ReentrantLock turn = new ReentrantLock();

  private double nextPlainSeconds;

  Screen(PrintStream out, boolean live) {
    this.out = out;
    this.live = live;
  }

  /** Something that happened, at seconds since the begin of the run. */
  void say(double seconds, String text) {
    write((live ? "\r\033[K" : "") + time(seconds) + text + "\n");
  }

  /** A line as it is. */
  void print(String text) {
    write((live ? "\r\033[K" : "") + text + "\n");
  }

  /**
   * How things are.
   *
   * @param progress how much of the phase is over, 0..1
   */
  void state(double seconds, String phase, double progress, String text) {
    if (live) {
      write("\r\033[K" + time(seconds) + phase + " " + bar(progress) + " " + text);
    } else if (seconds >= nextPlainSeconds) {
      nextPlainSeconds = seconds + PLAIN_INTERVAL.toSeconds();
      write(time(seconds) + phase + " " + Math.round(progress * 100) + "% " + text + "\n");
    }
  }

  private void write(String text) {
    turn.lock();
    try {
      out.print(text);
      out.flush();
    } finally {
      turn.unlock();
    }
  }

  static String bar(double progress) {
    int full = (int) Math.round(Math.clamp(progress, 0, 1) * BAR);
    return "[" + "#".repeat(full) + "-".repeat(BAR - full) + "]";
  }

  private static String time(double seconds) {
    return String.format(Locale.ROOT, "%6.1fs  ", seconds);
  }
}
