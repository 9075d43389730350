package io.understudy.risk.source;

import io.understudy.risk.feature.Metric;
import io.understudy.risk.feature.Sample;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.net.NetClient;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Samples one endpoint by scraping and probing it; lives on one event loop. */
public final class EndpointSource {
  private static final Logger LOG = LoggerFactory.getLogger(EndpointSource.class);

  private final Target target;
  private final Scraper scraper;
  private final Probe probe;
  private final Measurement measurement;
  private final LongSupplier nanoClock;
  private Optional<Scraper.Failure> failing = Optional.empty();

  /**
   * Clients and clocks that all sources share.
   *
   * @param vertx the event loop
   * @param http for scrapes
   * @param net for probes
   * @param patience how long a sample may take; below the sampling interval
   * @param nanoClock monotonic, nanoseconds
   */
  public record Shared(
      Vertx vertx, HttpClient http, NetClient net, Duration patience, LongSupplier nanoClock) {}

  public EndpointSource(Target target, MetricNames names, Shared shared) {
    this.target = target;
    scraper = new Scraper(shared.vertx(), shared.http(), target, shared.patience());
    probe = new Probe(shared.net(), target, shared.patience(), shared.nanoClock());
    measurement = new Measurement(names, target.service().slo());
    nanoClock = shared.nanoClock();
  }

  public Target target() {
    return target;
  }

  /** Why the last scrape yielded nothing, if it did. */
  public Optional<String> failing() {
    return failing.map(Scraper.Failure::name);
  }

  /** The next sample. Never fails and is never late: what was not measured is missing. */
  public Future<Sample> sample() {
    Future<Map<Metric, Double>> scraped =
        scraper
            .scrape()
            .map(exposition -> measurement.accept(exposition, nanoClock.getAsLong()))
            .onSuccess(measured -> recovered())
            .onFailure(this::failed)
            .otherwise(failure -> Map.of());
    Future<Map<Metric, Double>> probed = probe.connect();
    return Future.join(scraped, probed)
        .map(both -> {
          Map<Metric, Double> all = new EnumMap<>(Metric.class);
          all.putAll(scraped.result());
          all.putAll(probed.result());
          return Sample.of(all, scrapeOk(scraped.result()) && measurement.restarted());
        });
  }

  private static boolean scrapeOk(Map<Metric, Double> scraped) {
    return !scraped.isEmpty();
  }

  private void recovered() {
    failing.ifPresent(was -> LOG.info("{} scrape {} -> OK", target.key(), was));
    failing = Optional.empty();
  }

  private void failed(Throwable cause) {
    Scraper.Failure now =
        cause instanceof Scraper.ScrapeException e ? e.failure() : Scraper.Failure.UNREACHABLE;
    if (failing.filter(now::equals).isEmpty()) {
      LOG.warn(
          "{} scrape {} -> {} cause={}",
          target.key(),
          failing.map(Scraper.Failure::name).orElse("OK"),
          now,
          cause.getMessage());
    }
    failing = Optional.of(now);
  }
}
