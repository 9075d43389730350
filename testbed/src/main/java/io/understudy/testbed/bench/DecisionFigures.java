package io.understudy.testbed.bench;

import static java.util.Objects.requireNonNull;

import java.util.Collection;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Runs {@link DecisionBench} in a JVM of its own. */
final class DecisionFigures {
  private DecisionFigures() {}

  static void measure(BenchResult.Builder result) throws RunnerException {
    Collection<RunResult> runs =
        new Runner(
                new OptionsBuilder()
                    .include(DecisionBench.class.getName() + ".*")
                    .forks(1)
                    .warmupIterations(5)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(20)
                    .measurementTime(TimeValue.milliseconds(250))
                    .jvmArgsAppend("-Xmx256m")
                    .addProfiler(GCProfiler.class)
                    .verbosity(VerboseMode.SILENT)
                    .build())
            .run();
    RunResult firstTouch = named("firstTouch", runs);
    RunResult settled = named("settled", runs);
    result
        .atMost("decisionNanos", nanos(firstTouch), 150)
        .below("decisionBytes", Math.max(bytes(firstTouch), bytes(settled)), 1)
        .figure("settledNanos", nanos(settled));
  }

  private static RunResult named(String method, Collection<RunResult> runs) {
    return runs.stream()
        .filter(run -> run.getPrimaryResult().getLabel().equals(method))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("the run of " + method + " has failed"));
  }

  /** The quickest of the iterations: whatever else runs on the machine can only add. */
  private static double nanos(RunResult run) {
    return run.getPrimaryResult().getStatistics().getMin();
  }

  private static double bytes(RunResult run) {
    return requireNonNull(run.getSecondaryResults().get("gc.alloc.rate.norm")).getScore();
  }
}
