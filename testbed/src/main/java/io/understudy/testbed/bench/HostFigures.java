package io.understudy.testbed.bench;

import com.hazelcast.config.Config;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import io.understudy.model.ShiftPlan;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;

/**
 * Holds the real host beside the constant one. Both run all the time in processes of their own and
 * are loaded in turn; the order within a pair changes with every round, so that whatever drifts on
 * the machine meets both alike.
 */
final class HostFigures {
  private static final Duration PLAN_WAIT = Duration.ofSeconds(30);

  private final Shape shape;
  private final LongSupplier nanos;

  /**
   * How long to measure.
   *
   * @param connections connections, each with one request in flight
   * @param rounds measured pairs
   * @param round length of one half of a pair
   * @param warmUp load on each host before the first round
   */
  record Shape(int connections, int rounds, Duration round, Duration warmUp) {
    static final Shape FULL = new Shape(4, 11, Duration.ofSeconds(1), Duration.ofSeconds(5));
  }

  /** One half of a pair. */
  private record Half(double perSecond, double cpuMicrosPerRequest) {}

  HostFigures(Shape shape, LongSupplier nanos) {
    this.shape = shape;
    this.nanos = nanos;
  }

  void measure(BenchResult.Builder result) throws Exception {
    Path folder = Files.createTempDirectory("us-bench");
    HazelcastInstance member = member();
    try (HostProcess real = HostProcess.real(folder, address(member));
        HostProcess constant = HostProcess.constant(folder);
        ExecutorService threads = Executors.newFixedThreadPool(shape.connections())) {
      member.getMap(ShiftPlan.MAP).set(BenchPlan.PLAN.service(), BenchPlan.PLAN);
      awaitDecisions(real);
      load(real, shape.warmUp(), threads);
      load(constant, shape.warmUp(), threads);
      List<Half> reals = new ArrayList<>();
      List<Half> constants = new ArrayList<>();
      for (int round = 0; round < shape.rounds(); round++) {
        if (round % 2 == 0) {
          reals.add(load(real, shape.round(), threads));
          constants.add(load(constant, shape.round(), threads));
        } else {
          constants.add(load(constant, shape.round(), threads));
          reals.add(load(real, shape.round(), threads));
        }
      }
      report(result, reals, constants);
    } finally {
      member.getLifecycleService().terminate();
      Files.delete(folder);
    }
  }

  private static void report(BenchResult.Builder result, List<Half> reals, List<Half> constants) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < reals.size(); i++) {
      ratios.add(reals.get(i).perSecond() / constants.get(i).perSecond());
    }
    result
        .atLeast("hostRatio", median(ratios), 0.95)
        .figure("hostPerSecond", median(reals.stream().map(Half::perSecond).toList()))
        .figure("constantPerSecond", median(constants.stream().map(Half::perSecond).toList()))
        .figure("hostCpuMicros", median(reals.stream().map(Half::cpuMicrosPerRequest).toList()))
        .figure(
            "constantCpuMicros",
            median(constants.stream().map(Half::cpuMicrosPerRequest).toList()));
  }

  private Half load(HostProcess host, Duration time, ExecutorService threads)
      throws InterruptedException, ExecutionException {
    Duration cpuBefore = host.cpu();
    List<Callable<Double>> drivers = new ArrayList<>();
    for (int i = 0; i < shape.connections(); i++) {
      long seed = i;
      drivers.add(() -> drive(host, seed, time));
    }
    double perSecond = 0;
    for (Future<Double> driver : threads.invokeAll(drivers)) {
      perSecond += driver.get();
    }
    double cpuMicros = host.cpu().minus(cpuBefore).toNanos() / 1e3;
    return new Half(perSecond, cpuMicros / (perSecond * (time.toNanos() / 1e9)));
  }

  /** Requests per second of one connection. */
  private double drive(HostProcess host, long seed, Duration time) throws IOException {
    try (GatewayDriver driver = new GatewayDriver(host.socket(), seed)) {
      long start = nanos.getAsLong();
      long requests = 0;
      long now = start;
      while (now - start < time.toNanos()) {
        driver.exchange();
        requests++;
        now = nanos.getAsLong();
      }
      return requests / ((now - start) / 1e9);
    }
  }

  /**
   * The real host answers with a rewrite as soon as it has the plan; before, it changes nothing.
   */
  private void awaitDecisions(HostProcess host) throws IOException {
    long start = nanos.getAsLong();
    try (GatewayDriver driver = new GatewayDriver(host.socket(), 0)) {
      int unchanged = 20;
      while (driver.exchange() <= unchanged) {
        if (nanos.getAsLong() - start > PLAN_WAIT.toNanos()) {
          throw new IOException("the host has not read the plan within " + PLAN_WAIT);
        }
      }
    }
  }

  private static HazelcastInstance member() {
    Config config = new Config();
    config.setClusterName("understudy");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.map.invalidation.batch.enabled", "false");
    config.getJetConfig().setEnabled(false);
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    config.getNetworkConfig().getJoin().getAutoDetectionConfig().setEnabled(false);
    config.getNetworkConfig().getJoin().getMulticastConfig().setEnabled(false);
    return Hazelcast.newHazelcastInstance(config);
  }

  private static String address(HazelcastInstance member) {
    return "127.0.0.1:" + member.getCluster().getLocalMember().getAddress().getPort();
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }
}
