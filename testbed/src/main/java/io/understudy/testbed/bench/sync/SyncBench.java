package io.understudy.testbed.bench.sync;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.testbed.bench.BenchCommand;
import io.understudy.testbed.bench.BenchResult;
import io.understudy.testbed.demo.Machine;
import io.understudy.testbed.process.JavaModules;
import io.understudy.testbed.process.Patience;
import io.understudy.testbed.process.ProcessFamily;
import io.understudy.testbed.process.RunFolder;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * {@code bench sync}: how fast a backlog reaches the shadows, ours beside PostgreSQL's logical
 * replication.
 *
 * <p>Both read the same commits of the same primary and write to databases of their own on the same
 * shadows, one after the other and in turns; a round ends when every shadow holds its last row.
 * Processor seconds are those of all servers and of our process. Ours commits durably on every
 * shadow, the other with {@code synchronous_commit = off}. At the end all contents are compared.
 */
public final class SyncBench {
  private static final String NAME = "sync";
  private static final int STEADY_SECONDS = 15;
  private static final double STEADY_PART = 0.7;

  /** What one drain of a backlog took. */
  private record Drain(double seconds, double processorSeconds, double ownProcessorSeconds) {}

  private final Machine machine;
  private final Wanted wanted;
  private int round;

  /** What is measured. */
  private record Wanted(CaptureKind capture, int shadows, int rounds, int rows) {}

  private SyncBench(Machine machine, Wanted wanted) {
    this.machine = machine;
    this.wanted = wanted;
  }

  /** Runs it as a command, with {@code --capture}, {@code --shadows}, {@code --rounds}, rows. */
  public static int run(String[] arguments, Machine machine) {
    return BenchCommand.run(
        NAME,
        List.of(arguments),
        machine.out(),
        options -> {
          Wanted wanted =
              new Wanted(
                  CaptureKind.parse(options.text("capture", "pgoutput")),
                  options.number("shadows", 3, 1),
                  options.number("rounds", 3, 1),
                  options.number("rows", 100_000, 1_000));
          return () -> new SyncBench(machine, wanted).measure();
        });
  }

  private BenchResult measure() throws IOException, SQLException, InterruptedException {
    RunFolder folder = RunFolder.create(machine.temporary());
    Patience patience = new Patience(machine.nanos(), folder.logs());
    try (ProcessFamily family = ProcessFamily.gather(folder)) {
      Stage stage = Stage.open(folder, family, patience, wanted.shadows());
      NativePipeline theirs = new NativePipeline(stage);
      OwnPipeline ours =
          new OwnPipeline(
              stage,
              new OwnPipeline.Setting(folder, family, patience, new JavaModules(machine.home())),
              wanted.capture().toString());
      theirs.prepare();
      ours.prepare();
      stage.run(Workload.procedures());
      BenchResult.Builder figures = new BenchResult.Builder(NAME);
      double rate = compare(stage, List.of(theirs, ours), Workload.a(wanted.rows()), figures);
      compare(stage, List.of(theirs, ours), Workload.b(wanted.rows()), figures);
      steady(stage, ours, rate, figures);
      drain(stage, theirs);
      figures.atMost("rssMb.source", ours.peakMegabytes(), 768);
      stage.requireEqual(List.of(theirs.database(), ours.database()));
      return figures.build();
    }
  }

  /** Returns our rate, transactions per second. */
  private double compare(
      Stage stage, List<Pipeline> pipelines, Workload workload, BenchResult.Builder figures)
      throws IOException, SQLException {
    List<Drain> theirs = new ArrayList<>();
    List<Drain> ours = new ArrayList<>();
    // The first round warms disk and caches and is not counted.
    for (int turn = 0; turn <= wanted.rounds(); turn++) {
      stage.commit(workload, ++round);
      boolean oursFirst = turn % 2 == 1;
      for (Pipeline pipeline : oursFirst ? pipelines.reversed() : pipelines) {
        Drain drain = drain(stage, pipeline);
        machine
            .out()
            .printf(
                Locale.ROOT,
                "%s round %d of %d, %s: %.2f s, %.2f processor seconds (%.2f outside the servers)%n",
                workload.name(),
                turn,
                wanted.rounds(),
                pipeline.database(),
                drain.seconds(),
                drain.processorSeconds(),
                drain.ownProcessorSeconds());
        if (turn > 0) {
          (pipeline instanceof OwnPipeline ? ours : theirs).add(drain);
        }
      }
    }
    double seconds = median(ours.stream().mapToDouble(Drain::seconds).toArray());
    double rate = workload.transactions() / seconds;
    boolean direct = wanted.capture() == CaptureKind.PGOUTPUT;
    figures
        .figure(workload.name() + ".rowsPerSecond", rate * workload.rows())
        .atLeast(
            workload.name() + ".ratio",
            median(theirs.stream().mapToDouble(Drain::seconds).toArray()) / seconds,
            ratioMin(workload, direct))
        .atMost(
            workload.name() + ".cpuRatio",
            median(ours.stream().mapToDouble(Drain::processorSeconds).toArray())
                / median(theirs.stream().mapToDouble(Drain::processorSeconds).toArray()),
            direct && wanted.shadows() >= 3 ? 0.8 : Double.MAX_VALUE);
    return rate;
  }

  private double ratioMin(Workload workload, boolean direct) {
    if (direct) {
      return wanted.shadows() >= 3 ? 1.4 : 0.9;
    }
    return workload.name().equals("A") ? 0.6 : 0.8;
  }

  private Drain drain(Stage stage, Pipeline pipeline) throws IOException, SQLException {
    pipeline.arm();
    double processor = stage.serverProcessorSeconds();
    long start = machine.nanos().getAsLong();
    pipeline.start();
    stage.awaitMarker(pipeline.database(), round);
    double seconds = (machine.nanos().getAsLong() - start) / 1e9;
    double own = pipeline.ownProcessorSeconds();
    double used = stage.serverProcessorSeconds() - processor + own;
    pipeline.stop();
    return new Drain(seconds, used, own);
  }

  /** The lag while the primary commits at a part of the rate that was measured. */
  private void steady(Stage stage, OwnPipeline ours, double rate, BenchResult.Builder figures)
      throws IOException, SQLException {
    ours.arm();
    ours.start();
    ours.awaitInSync();
    stage.run(
        "SET synchronous_commit = off",
        "CALL paced(" + Math.round(rate * STEADY_PART) + ", " + STEADY_SECONDS + ")");
    stage.run("INSERT INTO marker VALUES (" + ++round + ")");
    stage.awaitMarker(ours.database(), round);
    double memory = ours.ownProcessorSeconds();
    ours.stop();
    double[] lags = ours.lags().stream().mapToDouble(Long::doubleValue).sorted().toArray();
    if (lags.length == 0 || memory <= 0) {
      throw new IllegalStateException("no lag was seen in " + STEADY_SECONDS + " s");
    }
    figures
        .figure("lagP50Millis", lags[lags.length / 2])
        .figure("lagP99Millis", lags[Math.min(lags.length - 1, lags.length * 99 / 100)]);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
