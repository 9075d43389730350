package io.understudy.testbed.bench.commit;

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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * {@code bench commit}: how long COMMIT takes with our quorum (two of three voters, TLS, shadows
 * applying), beside no waiting, PostgreSQL's logical replication ({@code ANY 2}, subscriptions with
 * {@code synchronous_commit = on}) and its streaming replication ({@code ANY 2}). All on the same
 * primary, in turns; figures are medians over the rounds.
 */
public final class CommitBench {
  private static final String NAME = "commit";
  private static final List<String> ALL = List.of("async", "native", "physical", "ours");
  private static final List<Integer> WRITERS = List.of(1, 8, 32);
  private static final int WARM_UP_SECONDS = 3;
  private static final int STALL_SECONDS = 600;

  /** Who was measured with how many writers. */
  private record Case(String contender, int writers) {}

  private final Machine machine;
  private final int rounds;
  private final int seconds;
  private final boolean stalls;
  private final List<String> wanted;
  private final Map<Case, List<Latencies>> measured = new HashMap<>();

  private CommitBench(Machine machine, Plan plan) {
    this.machine = machine;
    this.rounds = plan.rounds();
    this.seconds = plan.seconds();
    this.stalls = plan.stalls();
    this.wanted = plan.contenders();
  }

  /** What to measure. */
  private record Plan(int rounds, int seconds, boolean stalls, List<String> contenders) {}

  /**
   * Runs it as a command, with {@code --rounds} and {@code --seconds}. {@code --long} adds ten
   * minutes of one writer, {@code --contenders} leaves some out.
   */
  public static int run(String[] arguments, Machine machine) {
    List<String> pairs = new ArrayList<>(List.of(arguments));
    boolean stalls = pairs.remove("--long");
    return BenchCommand.run(
        NAME,
        pairs,
        machine.out(),
        options -> {
          int rounds = options.number("rounds", 3, 1);
          int seconds = options.number("seconds", 20, 1);
          List<String> contenders = contenders(options.text("contenders", String.join(",", ALL)));
          Plan plan = new Plan(rounds, seconds, stalls, contenders);
          return () -> new CommitBench(machine, plan).measure();
        });
  }

  private static List<String> contenders(String text) {
    List<String> names = List.of(text.split(",", -1));
    for (String name : names) {
      if (!ALL.contains(name)) {
        throw new IllegalArgumentException(
            "--contenders: '" + name + "' is none of " + String.join(", ", ALL));
      }
    }
    return names;
  }

  private BenchResult measure() throws IOException, SQLException, InterruptedException {
    RunFolder folder = RunFolder.create(machine.temporary());
    Patience patience = new Patience(machine.nanos(), folder.logs());
    try (ProcessFamily family = ProcessFamily.gather(folder)) {
      Servers servers = Servers.open(folder, family, patience);
      OwnQuorum ours =
          new OwnQuorum(
              servers, new OwnQuorum.Setting(folder, family, new JavaModules(machine.home())));
      List<Contender> contenders =
          List.of(
              new Asynchronous(servers),
              new NativeSubscriptions(servers),
              new PhysicalStandbys(servers),
              ours);
      // The standbys are copies of the primary with the database of those that do not wait.
      boolean plain = wanted.contains("physical");
      for (Contender contender : contenders) {
        if (wanted.contains(contender.name()) || (plain && contender instanceof Asynchronous)) {
          contender.prepare();
        }
      }
      contenders = contenders.stream().filter(it -> wanted.contains(it.name())).toList();
      try {
        // The first round warms everything, the JVMs most of all, and is not counted.
        for (int round = 0; round <= rounds; round++) {
          for (int i = 0; i < contenders.size(); i++) {
            turn(servers, contenders.get((i + round) % contenders.size()), round);
          }
        }
        BenchResult.Builder figures = figures();
        if (stalls) {
          figures.atMost("stallMaxMillis", stall(servers, ours), 100);
        }
        if (contenders.contains(ours)) {
          requireEqual(servers, ours);
        }
        return figures.build();
      } finally {
        ours.release();
      }
    }
  }

  private void turn(Servers servers, Contender contender, int round)
      throws IOException, SQLException, InterruptedException {
    Clients clients = new Clients(machine.nanos());
    String url = servers.primary().server().jdbcUrl(contender.database());
    contender.begin();
    try {
      clients.run(url, 8, WARM_UP_SECONDS);
      for (int writers : WRITERS) {
        Latencies seen = clients.run(url, writers, seconds);
        machine
            .out()
            .printf(
                Locale.ROOT,
                "round %d of %d, %s, %d writers: p50 %.0f us, p99 %.0f us, %.0f per second%n",
                round,
                rounds,
                contender.name(),
                writers,
                seen.micros(0.5),
                seen.micros(0.99),
                seen.perSecond());
        if (round > 0) {
          measured
              .computeIfAbsent(new Case(contender.name(), writers), _ -> new ArrayList<>())
              .add(seen);
        }
      }
    } finally {
      contender.end();
    }
  }

  private BenchResult.Builder figures() {
    BenchResult.Builder figures = new BenchResult.Builder(NAME);
    for (String contender : wanted) {
      for (int writers : WRITERS) {
        String name = contender + ".w" + writers;
        figures
            .figure(name + ".p50Micros", median(contender, writers, it -> it.micros(0.5)))
            .figure(name + ".p99Micros", median(contender, writers, it -> it.micros(0.99)))
            .figure(name + ".tps", median(contender, writers, Latencies::perSecond));
      }
    }
    if (!wanted.containsAll(List.of("native", "physical", "ours"))) {
      return figures;
    }
    return figures
        .atMost("w1.p50Ratio", ratio("native", 1, it -> it.micros(0.5)), 1.25)
        .atMost("w1.p99Ratio", ratio("native", 1, it -> it.micros(0.99)), 1.5)
        .atMost("w8.p50Ratio", ratio("native", 8, it -> it.micros(0.5)), 0.85)
        .atMost("w32.p50Ratio", ratio("native", 32, it -> it.micros(0.5)), 0.6)
        .atLeast("w32.tpsRatio", ratio("native", 32, Latencies::perSecond), 2.0)
        .atMost("w8.physicalP50Ratio", ratio("physical", 8, it -> it.micros(0.5)), 2.0);
  }

  private double ratio(String to, int writers, ToDoubleFunction<Latencies> figure) {
    return median("ours", writers, figure) / median(to, writers, figure);
  }

  private double median(String contender, int writers, ToDoubleFunction<Latencies> figure) {
    double[] values =
        measured.getOrDefault(new Case(contender, writers), List.of()).stream()
            .mapToDouble(figure)
            .toArray();
    Arrays.sort(values);
    return values[values.length / 2];
  }

  /** The longest that one of a single writer's commits took. */
  private double stall(Servers servers, OwnQuorum ours)
      throws IOException, SQLException, InterruptedException {
    ours.begin();
    try {
      return new Clients(machine.nanos())
              .run(servers.primary().server().jdbcUrl(ours.database()), 1, STALL_SECONDS)
              .micros(1)
          / 1000;
    } finally {
      ours.end();
    }
  }

  /** Every shadow of ours holds what the primary holds. */
  private static void requireEqual(Servers servers, OwnQuorum ours)
      throws IOException, SQLException, InterruptedException {
    ours.begin();
    String expected = Servers.checksum(servers.primary(), ours.database());
    for (Servers.Place shadow : servers.shadows()) {
      servers.await(
          shadow,
          ours.database(),
          "(SELECT count(*) || ':' || sum(hashtextextended(t::text, 0)) = '"
              + expected
              + "' FROM account t)");
    }
  }
}
