package io.understudy.risk.simulate;

import io.understudy.risk.feature.Buckets;
import io.understudy.risk.feature.EndpointFeatures;
import io.understudy.risk.feature.Metric;
import io.understudy.risk.feature.Objective;
import io.understudy.risk.feature.RecentRequests;
import io.understudy.risk.feature.Sample;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An endpoint that never was: load, latency, memory, connections and network of one process on a
 * noisy machine, with faults that break its objective. The same seed lives the same life.
 */
public final class SimulatedEndpoint {
  /** A breach lasts: one slow sample is noise, three of five are an incident. */
  private static final int BREACH_WINDOW = 5;

  private static final int BREACHES_MIN = 3;
  private static final int REQUESTS_SIMULATED_MAX = 120;
  private static final double MISSING_CHANCE = 0.01;
  private static final double DEPLOY_CHANCE = 0.002;

  private final Dice dice;
  private final Traits traits;
  private final Load load;
  private final Heap heap;
  private final Traffic traffic;
  private final RecentRequests recent = new RecentRequests();
  private final List<Episode> episodes;
  private final boolean lossyNetwork;
  private final double[] upperBounds;
  private final boolean[] breaches = new boolean[BREACH_WINDOW];
  private int time;
  private int age;
  private int idle;
  private double share;
  private double backlog;
  private double neighbour;
  private int neighbourLeft;

  /**
   * A life.
   *
   * @param seed decides everything
   * @param length samples it will be watched
   * @param shift how far its parameters lie from the population's, 0 to 0.5
   */
  public SimulatedEndpoint(long seed, int length, double shift) {
    dice = new Dice(seed);
    traits = Traits.roll(dice, shift);
    load = new Load(dice, traits);
    heap = new Heap(dice, traits);
    traffic = new Traffic(dice);
    episodes = traffic.standsBy() ? List.of() : new Destiny(dice).episodes(length);
    upperBounds = traits.bounds().stream().mapToDouble(Double::doubleValue).toArray();
    lossyNetwork = dice.chance(0.5);
  }

  /** The next sample. */
  public Moment next() {
    Optional<Episode> episode = episodes.stream().filter(e -> e.severity(time) > 0).findFirst();
    Optional<Fault> fault = episode.map(Episode::fault);
    double severity = episode.map(e -> e.severity(time)).orElse(0.0);
    boolean restarted = restarts();
    share = traffic.next();
    Sample sample =
        fault.filter(Fault.CRASH::equals).isPresent() ? dead() : alive(fault, severity, restarted);
    breaches[time % BREACH_WINDOW] = Objective.breached(sample);
    Moment moment = new Moment(sample, age, breached(), fault);
    time++;
    age++;
    return moment;
  }

  private boolean restarts() {
    boolean repaired = episodes.stream().anyMatch(e -> e.end() == time && !e.healsItself());
    boolean restarts = repaired || dice.chance(DEPLOY_CHANCE);
    if (restarts) {
      age = 0;
      backlog = 0;
      heap.restart();
      recent.clear();
    }
    return restarts;
  }

  private boolean breached() {
    int count = 0;
    for (boolean breach : breaches) {
      count += breach ? 1 : 0;
    }
    return count >= BREACHES_MIN;
  }

  private static Sample dead() {
    return Sample.of(Map.of(Metric.LOSS, 1.0));
  }

  private Sample alive(Optional<Fault> fault, double severity, boolean restarted) {
    Weather weather = weather(fault, severity);
    Map<Metric, Double> seen = new EnumMap<>(Metric.class);
    probe(weather, seen);
    double live = heap.next(age, new Heap.Use(share, weather.leaked()));
    double collector = heap.collectorShare();
    if (!dice.chance(MISSING_CHANCE)) {
      serve(weather, collector, seen);
      seen.put(Metric.HEAP, live);
      seen.put(Metric.GC_SHARE, collector);
    }
    return Sample.of(seen, restarted);
  }

  /** What acts on the endpoint in this sample. */
  private record Weather(
      double demand, double slowdown, double leaked, double errors, double packetLoss) {}

  private Weather weather(Optional<Fault> fault, double severity) {
    if (neighbourLeft-- <= 0) {
      neighbour = 1;
      if (dice.chance(traits.noisy())) {
        neighbour = dice.between(1.1, 1.7);
        neighbourLeft = 3 + dice.pick(40);
      }
    }
    double demand = load.next(time) * share;
    return switch (fault.orElse(Fault.CRASH)) {
      case LEAK -> new Weather(demand, 1, severity, 0, 0);
      case SLOW -> new Weather(demand, StrictMath.exp(severity * StrictMath.log(40)), 0, 0, 0);
      case SATURATION -> {
        double knee = 1.3 / traits.utilisation();
        yield new Weather(demand * (1 + severity * (knee - 1)), 1, 0, 0, 0);
      }
      case LOSS -> new Weather(demand, 1, 0, 0.15 * severity, lossyNetwork ? 0.3 * severity : 0);
      case CRASH -> new Weather(demand, 1, 0, 0, 0);
    };
  }

  private void serve(Weather weather, double collector, Map<Metric, Double> seen) {
    double cold = 1 + (traits.warmUpCost() - 1) * StrictMath.exp(-age / traits.warmUp());
    double slowdown = weather.slowdown() * neighbour / (1 - collector);
    double utilisation = traits.utilisation() * weather.demand() * slowdown;
    backlog = Math.clamp(backlog + 0.3 * (utilisation - 1), 0, 30);
    double waiting = (1 - traits.utilisation()) / (1 - Math.min(utilisation, 0.95)) + backlog;
    double stretch = slowdown * waiting * (1 + (cold - 1) * 0.5);
    int requests = dice.count(traits.requests() * weather.demand());
    warmsUpAnew(requests);
    double inUse = dice.count(traits.pool() * traits.poolUse() * weather.demand() * stretch);
    double failing = weather.errors() + (inUse > 1.5 * traits.pool() ? 0.05 : 0);
    double failed = failures(requests, failing);
    latencies(stretch, cold, new Counted(requests, failed, weather.packetLoss()), seen);
    seen.put(Metric.CONNECTIONS, Math.min(1, inUse / traits.pool()));
    double inflight = traits.requests() * weather.demand() * traits.median() * stretch;
    seen.put(Metric.INFLIGHT, (double) dice.count(Math.min(5000, inflight)));
    seen.put(Metric.REQUEST_RATE, (double) requests);
    double busy = Math.min(1, utilisation) * 1.5 + 0.4 * (cold - 1) / traits.warmUpCost();
    seen.put(Metric.CPU, Math.min(2, (busy + 2 * collector) * dice.between(0.85, 1.15)));
  }

  private double failures(int requests, double failing) {
    double stray = dice.chance(0.002) ? 1 : 0;
    return Math.min(requests, dice.count(requests * failing) + stray);
  }

  /** As {@link EndpointFeatures} sees it: work after a while without any finds cold caches. */
  private void warmsUpAnew(int requests) {
    if (requests > 0 && idle >= EndpointFeatures.IDLE_SAMPLES) {
      age = 0;
    }
    idle = requests > 0 ? 0 : idle + 1;
  }

  private record Counted(int requests, double failed, double packetLoss) {}

  private void latencies(double stretch, double cold, Counted counted, Map<Metric, Double> seen) {
    int requests = Math.min(counted.requests(), REQUESTS_SIMULATED_MAX);
    double[] bounds = upperBounds;
    double[] counts = new double[bounds.length];
    double sum = 0;
    double outlierChance = Math.min(0.5, traits.outliers() * (1 + 0.5 * (cold - 1)));
    double outlier = dice.chance(outlierChance) ? dice.spread(0.3, 6) : 0;
    for (int i = 0; i < requests; i++) {
      double latency = traits.median() * stretch * StrictMath.exp(traits.sigma() * dice.gauss());
      latency += i == 0 ? outlier : 0;
      latency += dice.chance(counted.packetLoss()) ? dice.between(0.1, 0.8) : 0;
      sum += latency;
      counts[bucket(bounds, latency)]++;
    }
    if (requests > 0) {
      seen.put(Metric.LATENCY_MEAN, sum / requests);
      seen.put(Metric.LATENCY_P50, Buckets.quantile(bounds, counts, 0.5));
      double each = counted.requests() / (double) requests;
      for (int i = 0; i < counts.length; i++) {
        counts[i] *= each;
      }
    }
    recent.add(bounds, counts, counted.requests(), counted.failed());
    seen.put(Metric.LATENCY_P99, recent.latency99());
    seen.put(Metric.ERROR_RATIO, recent.errorRatio() / 0.01);
  }

  private static int bucket(double[] bounds, double value) {
    int bucket = 0;
    while (value > bounds[bucket]) {
      bucket++;
    }
    return bucket;
  }

  private void probe(Weather weather, Map<Metric, Double> seen) {
    boolean lost = dice.chance(weather.packetLoss() + 0.0005);
    seen.put(Metric.LOSS, lost ? 1.0 : 0.0);
    if (!lost) {
      double noise = StrictMath.exp(0.4 * dice.gauss()) * neighbour;
      double stall = dice.chance(traits.outliers()) ? dice.spread(5, 300) : 0;
      seen.put(Metric.CONNECT_TIME, traits.connectMillis() * noise + stall);
      seen.put(Metric.JITTER, traits.connectMillis() * 0.3 * noise + stall / 16);
    }
  }
}
