package io.understudy.risk.publish;

import io.prometheus.client.CollectorRegistry;
import io.prometheus.client.Counter;
import io.prometheus.client.Gauge;
import io.prometheus.client.Histogram;
import io.prometheus.client.hotspot.DefaultExports;

/** The service's own metrics. */
public final class Instruments {
  private final CollectorRegistry registry = new CollectorRegistry();

  /** Risk score by service and endpoint. */
  public final Gauge score =
      Gauge.build("understudy_risk_score", "Calibrated probability of a breach, 0..1.")
          .labelNames("service", "endpoint")
          .register(registry);

  public final Gauge horizon =
      Gauge.build("understudy_risk_horizon_seconds", "How far ahead the score looks.")
          .labelNames("service", "endpoint")
          .register(registry);

  public final Gauge head =
      Gauge.build("understudy_risk_head_probability", "Calibrated probability of one head.")
          .labelNames("service", "endpoint", "head")
          .register(registry);

  public final Gauge model =
      Gauge.build("understudy_risk_model_info", "1 for the model in use.")
          .labelNames("version")
          .register(registry);

  public final Gauge scrapeUp =
      Gauge.build("understudy_risk_scrape_up", "1 if the last scrape was answered.")
          .labelNames("service", "endpoint")
          .register(registry);

  public final Counter scrapeFailures =
      Counter.build("understudy_risk_scrape_failures", "Scrapes that yielded nothing.")
          .labelNames("service", "endpoint", "cause")
          .register(registry);

  public final Counter ticks =
      Counter.build("understudy_risk_ticks", "Ticks by outcome: done, or skipped as too slow.")
          .labelNames("outcome")
          .register(registry);

  public final Histogram tickSeconds =
      Histogram.build("understudy_risk_tick_seconds", "Features and scores of one tick.")
          .buckets(.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1)
          .register(registry);

  public final Counter published =
      Counter.build("understudy_risk_published", "Scores sent to the map, by outcome.")
          .labelNames("outcome")
          .register(registry);

  public final Gauge rejected =
      Gauge.build("understudy_risk_rejected_scores", "Scores that were no probability.")
          .register(registry);

  public Instruments() {
    DefaultExports.register(registry);
  }

  public CollectorRegistry registry() {
    return registry;
  }
}
