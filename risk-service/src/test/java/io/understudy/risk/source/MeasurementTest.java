package io.understudy.risk.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.understudy.model.config.Topology.Slo;
import io.understudy.risk.feature.Metric;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MeasurementTest {
  private static final long SECOND = 1_000_000_000;

  private final Measurement measurement = new Measurement(MetricNames.DEFAULT, new Slo(250, 0.01));

  @Test
  void firstScrapeKnowsNoRates() {
    Map<Metric, Double> first = scrape(0, 100, 10, 5);
    assertThat(first.get(Metric.REQUEST_RATE)).isNaN();
    assertThat(first).doesNotContainKey(Metric.LATENCY_P99);
    assertThat(first.get(Metric.HEAP)).isEqualTo(0.5);
  }

  @Test
  void countersBecomeWhatHappenedInBetween() {
    scrape(0, 100, 10, 5);
    Map<Metric, Double> second = scrape(SECOND / 2, 200, 11, 7);
    assertThat(second.get(Metric.REQUEST_RATE)).isCloseTo(204, within(1e-9)); // 100 ok, 2 failed
    assertThat(second.get(Metric.CPU)).isCloseTo(2, within(1e-9));
    assertThat(second.get(Metric.ERROR_RATIO)).isCloseTo(2 / 102.0 / 0.01, within(1e-9));
    assertThat(second.get(Metric.LATENCY_P50)).isBetween(0.0, 0.4); // up to 0.1 s of 0.25 s
    assertThat(measurement.restarted()).isFalse();
  }

  @Test
  void counterThatFellBeganAnew() {
    scrape(0, 1000, 100, 50);
    Map<Metric, Double> after = scrape(SECOND, 40, 1, 0);
    assertThat(after.get(Metric.REQUEST_RATE)).isCloseTo(40, within(1e-9));
    assertThat(after.get(Metric.CPU)).isCloseTo(1, within(1e-9));
    assertThat(measurement.restarted()).isTrue();
    scrape(2 * SECOND, 80, 2, 0);
    assertThat(measurement.restarted()).isFalse();
  }

  @Test
  void valuesThatCannotBeAreMissing() {
    accept(0, "process_cpu_seconds_total 5\n");
    Map<Metric, Double> measured =
        accept(
            SECOND,
            """
            process_cpu_seconds_total -5
            app_heap_live_bytes NaN
            app_heap_max_bytes 2
            app_gc_seconds_total +Inf
            app_connections_active 3
            app_connections_max 0
            app_inflight_requests -1
            """);
    for (Metric metric :
        new Metric[] {
          Metric.CPU, Metric.HEAP, Metric.GC_SHARE, Metric.CONNECTIONS, Metric.INFLIGHT
        }) {
      assertThat(measured.get(metric)).as("%s", metric).isNaN();
    }
  }

  @Test
  void whoServedNobodyFailedNobody() {
    scrape(0, 100, 10, 5);
    Map<Metric, Double> idle = scrape(SECOND, 100, 10, 5);
    assertThat(idle.get(Metric.REQUEST_RATE)).isZero();
    assertThat(idle.get(Metric.ERROR_RATIO)).isZero();
    assertThat(idle.get(Metric.LATENCY_P99)).isNaN();
  }

  @Test
  void histogramThatHasNoSeriesYetIsNoRequest() {
    accept(0, "process_cpu_seconds_total 5\n");
    Map<Metric, Double> idle = accept(SECOND, "process_cpu_seconds_total 6\n");
    assertThat(idle.get(Metric.REQUEST_RATE)).isZero();
    assertThat(idle.get(Metric.ERROR_RATIO)).isZero();
  }

  @Test
  void oneFailureIsSeenAgainstTheRequestsBeforeIt() {
    scrape(0, 0, 10, 0);
    scrape(SECOND, 99, 11, 0);
    Map<Metric, Double> measured = scrape(2 * SECOND, 99, 12, 1);
    assertThat(measured.get(Metric.ERROR_RATIO)).isCloseTo(0.01 / 0.01, within(1e-9));
  }

  @Test
  void secondScrapeAtTheSameInstantHasNoRate() {
    scrape(0, 100, 10, 5);
    assertThat(scrape(0, 200, 11, 5).get(Metric.REQUEST_RATE)).isNaN();
  }

  @Test
  void bucketsThatContradictEachOtherStillGiveAQuantile() {
    accept(0, "http_request_duration_seconds_count 0\n");
    Map<Metric, Double> measured =
        accept(
            SECOND,
            """
            http_request_duration_seconds_bucket{le="0.1"} 9
            http_request_duration_seconds_bucket{le="0.5"} 4
            http_request_duration_seconds_bucket{le="x"} 4
            http_request_duration_seconds_bucket 4
            http_request_duration_seconds_bucket{le="+Inf"} 10
            http_request_duration_seconds_count 10
            http_request_duration_seconds_sum 1
            """);
    assertThat(measured.get(Metric.LATENCY_P50)).isBetween(0.0, 0.4);
  }

  private Map<Metric, Double> scrape(long nanos, int ok, int cpu, int failed) {
    return accept(
        nanos,
        """
        http_request_duration_seconds_bucket{method="GET",outcome="ok",le="0.1"} %1$d
        http_request_duration_seconds_bucket{method="GET",outcome="ok",le="+Inf"} %1$d
        http_request_duration_seconds_sum{method="GET",outcome="ok"} %1$d
        http_request_duration_seconds_count{method="GET",outcome="ok"} %1$d
        http_request_duration_seconds_count{method="PUT",outcome="error"} %3$d
        process_cpu_seconds_total %2$d
        app_heap_live_bytes 48
        app_heap_max_bytes 96
        """
            .formatted(ok, cpu, failed));
  }

  private Map<Metric, Double> accept(long nanos, String text) {
    return measurement.accept(Exposition.parse(text), nanos);
  }
}
