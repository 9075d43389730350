package io.understudy.testbed.bench;

import io.understudy.testbed.command.InvalidOptionsException;
import io.understudy.testbed.command.Options;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/**
 * A benchmark as a command: reads its options, prints a table, and with {@code --json} one line.
 */
public final class BenchCommand {
  private static final int RAN = 0;
  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;

  /** What is measured, once its options are known. */
  public interface Benchmark {
    BenchResult measure() throws Exception;
  }

  /** Reads the options of a benchmark. */
  public interface Reading {
    /**
     * @throws IllegalArgumentException if an option has a value that nobody knows
     */
    Benchmark read(Options options);
  }

  private BenchCommand() {}

  /**
   * Runs it.
   *
   * @param name for messages
   * @return 0 if it ran, whatever the figures are; 1 if it did not; 2 for wrong use
   */
  public static int run(String name, List<String> arguments, PrintStream out, Reading reading) {
    List<String> pairs = new ArrayList<>(arguments);
    boolean json = pairs.remove("--json");
    Benchmark benchmark;
    try {
      Options options = new Options(pairs.toArray(String[]::new));
      benchmark = reading.read(options);
      options.check();
    } catch (InvalidOptionsException | IllegalArgumentException e) {
      System.err.println(e.getMessage());
      return WRONG_USE;
    }
    try {
      BenchResult result = benchmark.measure();
      out.print(result.table());
      if (json) {
        out.println(result.json());
      }
      return RAN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    } catch (Exception e) {
      System.err.println("bench " + name + " did not run: " + e.getMessage());
      return FAILED;
    }
  }
}
