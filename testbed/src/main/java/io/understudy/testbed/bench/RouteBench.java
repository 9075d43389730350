package io.understudy.testbed.bench;

import java.util.List;
import java.util.function.LongSupplier;

/** {@code bench route}: what a decision costs, alone and in the host over the real socket. */
public final class RouteBench {
  private static final String NAME = "route";
  private static final int RAN = 0;
  private static final int FAILED = 1;

  private RouteBench() {}

  /**
   * Measures and prints a table; with {@code --json} the last line is one JSON object.
   *
   * @param args {@code --json} or nothing
   * @param nanos a clock for durations, nanoseconds
   * @return 0 if it ran, whatever the figures are, and 1 if it did not
   */
  @SuppressWarnings("SystemOut") // Its output is what a bench is for.
  public static int run(String[] args, LongSupplier nanos) {
    try {
      BenchResult.Builder figures = new BenchResult.Builder(NAME);
      DecisionFigures.measure(figures);
      new HostFigures(HostFigures.Shape.FULL, nanos).measure(figures);
      BenchResult result = figures.build();
      System.out.print(result.table());
      if (List.of(args).contains("--json")) {
        System.out.println(result.json());
      }
      return RAN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return FAILED;
    } catch (Exception e) {
      System.err.println("bench " + NAME + " did not run: " + e.getMessage());
      return FAILED;
    }
  }
}
