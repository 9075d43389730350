package io.understudy.testbed.bench;

import io.understudy.testbed.demo.Machine;
import java.util.List;

/** {@code bench route}: what a decision costs, alone and in the host over the real socket. */
public final class RouteBench {
  private static final String NAME = "route";

  private RouteBench() {}

  /** Runs it as a command; it has no options. */
  public static int run(String[] arguments, Machine machine) {
    return BenchCommand.run(
        NAME,
        List.of(arguments),
        machine.out(),
        _ ->
            () -> {
              BenchResult.Builder figures = new BenchResult.Builder(NAME);
              DecisionFigures.measure(figures);
              new HostFigures(HostFigures.Shape.FULL, machine.nanos()).measure(figures);
              return figures.build();
            });
  }
}
