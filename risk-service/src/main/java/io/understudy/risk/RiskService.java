package io.understudy.risk;

import io.understudy.model.RiskScore;
import io.understudy.model.RiskScore.Contribution;
import io.understudy.risk.config.RiskConfig;
import io.understudy.risk.feature.Sample;
import io.understudy.risk.model.RiskModel;
import io.understudy.risk.publish.Assessment;
import io.understudy.risk.publish.Instruments;
import io.understudy.risk.publish.RiskApi;
import io.understudy.risk.publish.ScoreMap;
import io.understudy.risk.source.EndpointSource;
import io.understudy.risk.source.Target;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running service: samples on an event loop, scores on a thread of its own, publishes.
 *
 * <p>A tick that is not over when the next one is due lets that one pass: late scores are better
 * than a queue of them.
 */
public final class RiskService implements RiskApi.Board, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RiskService.class);
  private static final int LATE_TICKS = 5;

  private final RiskConfig config;
  private final RiskModel model;
  private final Clocks clocks;
  private final Vertx vertx = Vertx.vertx();
  private final Context loop = vertx.getOrCreateContext();
  private final Instruments instruments = new Instruments();
  private final ScoreMap map;
  private final List<EndpointSource> sources = new ArrayList<>();
  private final List<Target> targets;
  private final RiskEngine engine;
  private final ExecutorService scoring =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().name("scoring").factory());
  private final Promise<Void> broken = Promise.promise();
  private boolean ticking;
  private volatile Map<String, Assessment> board = Map.of();
  private volatile long lastTickMillis;

  /**
   * Time, as an argument.
   *
   * @param wall what scores are stamped with
   * @param nanos monotonic, what intervals are measured with
   */
  public record Clocks(InstantSource wall, LongSupplier nanos) {}

  public RiskService(RiskConfig config, RiskModel model, Clocks clocks) {
    this.config = config;
    this.model = model;
    this.clocks = clocks;
    targets =
        config.topology().services().stream()
            .flatMap(service -> service.endpoints().stream().map(e -> new Target(service, e)))
            .toList();
    RiskEngine.Settings settings =
        new RiskEngine.Settings(config.sampleInterval(), config.warmUp(), config.explainLevel());
    engine =
        new RiskEngine(
            model,
            settings,
            targets.stream()
                .map(t -> new RiskEngine.Name(t.service().name(), t.endpoint().name()))
                .toList());
    map =
        new ScoreMap(
            config.topology().hazelcastMembers(),
            outcome -> instruments.published.labels(outcome.name()).inc());
    instruments.model.labels(model.version()).set(1);
  }

  /**
   * Starts to listen and to sample.
   *
   * @return the server, or why it cannot listen
   */
  public Future<HttpServer> start() {
    Promise<HttpServer> listening = Promise.promise();
    loop.runOnContext(go ->
        vertx
            .createHttpServer()
            .requestHandler(RiskApi.router(vertx, this))
            .listen(config.listen().port(), config.listen().host())
            .onSuccess(server -> startSampling())
            .onComplete(listening));
    return listening.future();
  }

  /** Completes with the cause if scoring broke: a bug, after which no score can be trusted. */
  public Future<Void> broken() {
    return broken.future();
  }

  @Override
  public Map<String, Assessment> assessments() {
    return board;
  }

  @Override
  public Future<List<Contribution>> explain(String key, int head) {
    List<String> keys = targets.stream().map(Target::key).toList();
    Promise<List<Contribution>> explained = Promise.promise();
    scoring.execute(() -> explained.complete(engine.explain(keys.indexOf(key), head)));
    return explained.future();
  }

  @Override
  public List<String> heads() {
    return model.heads().stream().map(head -> head.name()).toList();
  }

  @Override
  public Optional<String> unhealthy() {
    long sinceTick = clocks.wall().millis() - lastTickMillis;
    return sinceTick > LATE_TICKS * config.sampleInterval().toMillis()
        ? Optional.of("no tick for " + sinceTick + " ms")
        : Optional.empty();
  }

  @Override
  public Instruments instruments() {
    return instruments;
  }

  @Override
  public void close() {
    vertx.close().await();
    scoring.shutdown();
    try {
      if (!scoring.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("scoring did not end in 5 s: the model stays open");
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    map.close();
    model.close();
  }

  private void startSampling() {
    EndpointSource.Shared shared =
        new EndpointSource.Shared(
            vertx,
            vertx.createHttpClient(),
            vertx.createNetClient(),
            config.patience(),
            clocks.nanos());
    targets.forEach(target -> sources.add(new EndpointSource(target, config.metrics(), shared)));
    lastTickMillis = clocks.wall().millis();
    vertx.setPeriodic(config.sampleInterval().toMillis(), due -> tick());
  }

  private void tick() {
    if (ticking) {
      instruments.ticks.labels("skipped").inc();
      return;
    }
    ticking = true;
    long now = clocks.wall().millis();
    List<Future<Sample>> samples = sources.stream().map(EndpointSource::sample).toList();
    Future.join(samples).onComplete(done -> scoring.execute(() -> score(samples, now)));
  }

  private void score(List<Future<Sample>> samples, long now) {
    try {
      long begin = clocks.nanos().getAsLong();
      List<Assessment> assessed = engine.tick(samples.stream().map(Future::result).toList(), now);
      instruments.tickSeconds.observe((double) (clocks.nanos().getAsLong() - begin) / 1e9);
      show(assessed);
      map.publish(assessed.stream().map(Assessment::score).toList());
      lastTickMillis = now;
      loop.runOnContext(done -> {
        noteScrapes();
        ticking = false;
      });
    } catch (RuntimeException e) {
      broken.tryFail(e);
    }
  }

  private void show(List<Assessment> assessed) {
    Map<String, Assessment> next = new LinkedHashMap<>(board);
    for (Assessment each : assessed) {
      RiskScore score = each.score();
      next.put(RiskScore.key(score.service(), score.endpoint()), each);
      instruments.score.labels(score.service(), score.endpoint()).set(score.score());
      instruments.horizon.labels(score.service(), score.endpoint()).set(score.horizonSeconds());
      for (int head = 0; head < each.heads().size(); head++) {
        String name = model.heads().get(head).name();
        instruments
            .head
            .labels(score.service(), score.endpoint(), name)
            .set(each.heads().get(head));
      }
    }
    board = java.util.Collections.unmodifiableMap(next);
    instruments.rejected.set((double) engine.rejected());
    instruments.ticks.labels("done").inc();
  }

  private void noteScrapes() {
    for (EndpointSource source : sources) {
      String service = source.target().service().name();
      String endpoint = source.target().endpoint().name();
      instruments.scrapeUp.labels(service, endpoint).set(source.failing().isEmpty() ? 1 : 0);
      source
          .failing()
          .ifPresent(cause -> instruments.scrapeFailures.labels(service, endpoint, cause).inc());
    }
  }
}
