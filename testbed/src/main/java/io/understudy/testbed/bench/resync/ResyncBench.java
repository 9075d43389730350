package io.understudy.testbed.bench.resync;

import io.understudy.daemon.snapshot.Estimator;
import io.understudy.testbed.bench.BenchCommand;
import io.understudy.testbed.bench.BenchResult;
import io.understudy.testbed.demo.Machine;
import io.understudy.testbed.process.Patience;
import io.understudy.testbed.process.ProcessFamily;
import io.understudy.testbed.process.RunFolder;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * {@code bench resync}: what it costs to make an old copy of a table equal to the primary again,
 * ours beside PostgreSQL's own re-copy, and a full copy of ours beside {@code COPY | COPY}.
 *
 * <p>Before each round one row in a hundred is changed; then every way brings its own database on
 * the same shadow up to date, in turns. Bytes are all that crosses the sockets of our driver, in
 * both directions; processor seconds are those of both servers and of this process. Contents are
 * compared after every round, by another checksum than the one that is measured.
 */
public final class ResyncBench {
  private static final String NAME = "resync";

  /** What one copy took. */
  private record Run(double seconds, double processorSeconds, long bytes) {}

  private final Machine machine;
  private final Stock stock;
  private final int rounds;
  private int changes;

  private ResyncBench(Machine machine, Stock stock, int rounds) {
    this.machine = machine;
    this.stock = stock;
    this.rounds = rounds;
  }

  /** Runs it as a command, with {@code --rows} and {@code --rounds}. */
  public static int run(String[] arguments, Machine machine) {
    return BenchCommand.run(
        NAME,
        List.of(arguments),
        machine.out(),
        options -> {
          Stock stock = new Stock(options.number("rows", 1_000_000, 1_000));
          int rounds = options.number("rounds", 3, 1);
          return () -> new ResyncBench(machine, stock, rounds).measure();
        });
  }

  private BenchResult measure() throws IOException, SQLException, InterruptedException {
    RunFolder folder = RunFolder.create(machine.temporary());
    Patience patience = new Patience(machine.nanos(), folder.logs());
    String differential = OwnWay.name(Estimator.Kind.DIFFERENTIAL);
    String full = OwnWay.name(Estimator.Kind.FULL);
    try (ProcessFamily family = ProcessFamily.gather(folder)) {
      Servers servers =
          Servers.open(
              folder, family, patience, List.of(differential, full, NativeWay.NAME, HandWay.NAME));
      Way ours = new OwnWay(Estimator.Kind.DIFFERENTIAL, servers, machine.wall());
      Way recopy = new NativeWay(servers, patience);
      Way ourFull = new OwnWay(Estimator.Kind.FULL, servers, machine.wall());
      Way hand = new HandWay(servers);
      servers.runOnPrimary(stock.fill());
      for (Way way : List.of(ours, recopy, ourFull, hand)) {
        way.prepare();
      }
      Map<String, List<Run>> uniform =
          measure(servers, List.of(ours, recopy, ourFull, hand), "uniform");
      Map<String, List<Run>> clustered = measure(servers, List.of(ours, recopy), "clustered");
      BenchResult.Builder figures = new BenchResult.Builder(NAME);
      double copyBytes = median(uniform, HandWay.NAME, Run::bytes);
      compare(figures, "", uniform, copyBytes);
      double handSeconds = median(uniform, HandWay.NAME, Run::seconds);
      figures.atLeast("fullRateRatio", handSeconds / median(uniform, full, Run::seconds), 0.9);
      compare(figures, "clustered.", clustered, copyBytes);
      return figures
          .figure("full.seconds", median(uniform, full, Run::seconds))
          .figure("hand.seconds", handSeconds)
          .figure("hand.megabytes", copyBytes / 1e6)
          .build();
    }
  }

  private static void compare(
      BenchResult.Builder figures, String prefix, Map<String, List<Run>> runs, double copyBytes) {
    String ours = OwnWay.name(Estimator.Kind.DIFFERENTIAL);
    double seconds = median(runs, ours, Run::seconds);
    double recopySeconds = median(runs, NativeWay.NAME, Run::seconds);
    figures
        .atMost(prefix + "bytesRatio", median(runs, ours, Run::bytes) / copyBytes, 0.03)
        .atMost(prefix + "timeRatio", seconds / recopySeconds, 0.35)
        .figure(
            prefix + "cpuRatio",
            median(runs, ours, Run::processorSeconds)
                / median(runs, NativeWay.NAME, Run::processorSeconds))
        .figure(prefix + "differential.seconds", seconds)
        .figure(prefix + "native.seconds", recopySeconds);
  }

  /** The first round warms disk, caches and compiler, and is not counted. */
  private Map<String, List<Run>> measure(Servers servers, List<Way> ways, String kind)
      throws IOException, SQLException, InterruptedException {
    Map<String, List<Run>> runs = new LinkedHashMap<>();
    ways.forEach(way -> runs.put(way.name(), new ArrayList<>()));
    for (int turn = 0; turn <= rounds; turn++) {
      changes++;
      servers.runOnPrimary(
          kind.equals("clustered")
              ? stock.changeClustered(changes)
              : stock.changeUniformly(changes));
      for (Way way : turn % 2 == 1 ? ways.reversed() : ways) {
        Run run = once(servers, way);
        machine
            .out()
            .printf(
                Locale.ROOT,
                "%s round %d of %d, %s: %.2f s, %.2f processor seconds, %.1f MB%n",
                kind,
                turn,
                rounds,
                way.name(),
                run.seconds(),
                run.processorSeconds(),
                run.bytes() / 1e6);
        if (turn > 0) {
          runs.getOrDefault(way.name(), List.of()).add(run);
        }
      }
    }
    return runs;
  }

  private Run once(Servers servers, Way way)
      throws IOException, SQLException, InterruptedException {
    servers.runOnShadow(way.name(), "CHECKPOINT");
    double processor = servers.processorSeconds();
    long bytes = CountedSockets.bytes();
    long start = machine.nanos().getAsLong();
    way.copy();
    double seconds = (machine.nanos().getAsLong() - start) / 1e9;
    Run run =
        new Run(seconds, servers.processorSeconds() - processor, CountedSockets.bytes() - bytes);
    way.tidy();
    servers.requireEqual(way.name());
    return run;
  }

  private static double median(
      Map<String, List<Run>> runs, String way, ToDoubleFunction<Run> figure) {
    double[] sorted =
        runs.getOrDefault(way, List.of()).stream().mapToDouble(figure).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalStateException("nothing was measured of " + way);
    }
    return sorted[sorted.length / 2];
  }
}
