package io.understudy.testbed.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testbed.support.Await;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the injected faults do to the application and to what it says about itself. */
class InjectedFaultsTest {
  private static EmbeddedPostgres postgres;
  private ApplicationFixture app;

  @BeforeAll
  static void startServer() throws IOException, SQLException {
    postgres = ApplicationFixture.durableServer();
  }

  @AfterAll
  static void stopServer() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void start() throws SQLException {
    app = new ApplicationFixture(postgres);
  }

  @AfterEach
  void stop() {
    app.close();
  }

  @Test
  void faultsGrowAreSeenInMetricsAndHeal() throws SQLException {
    app.open(true);
    app.start(Optional.empty());
    assertThat(app.metric("app_heap_max_bytes")).isPositive();
    assertThat(app.metric("process_cpu_seconds_total")).isPositive();
    assertThat(app.metric("app_connections_max")).isEqualTo(16);

    double before = collectedHeap();
    Await.until("only live memory is reported", () -> reportedHeap() < before + 20e6);
    assertThat(app.fault("{'fault':'leak','perSecond':200}").statusCode()).isEqualTo(200);
    Await.until("the leak is seen", () -> reportedHeap() > before + 50e6);
    assertThat(app.metric("app_gc_seconds_total")).isPositive();

    app.fault("{'fault':'slow','perSecond':2000}");
    Await.until(
        "queries are slow",
        () -> {
          long began = System.nanoTime();
          app.get("/orders?user=u1");
          return System.nanoTime() - began > 300e6;
        });
    String below = "http_request_duration_seconds_bucket{method=\"GET\",outcome=\"ok\",le=\"0.25\"";
    String all = "http_request_duration_seconds_count{method=\"GET\",outcome=\"ok\"";
    assertThat(app.metric(all)).isGreaterThan(app.metric(below));

    assertThat(app.send(app.request("/faults").DELETE()).statusCode()).isEqualTo(200);
    long began = System.nanoTime();
    assertThat(app.get("/orders?user=u1").statusCode()).isEqualTo(200);
    assertThat(System.nanoTime() - began).isLessThan((long) 250e6);
  }

  @Test
  void lossFailsRequestsByErrorsAndByBrokenConnections() {
    app.start(Optional.empty());
    app.fault("{'fault':'loss','perSecond':1000}");
    Await.until("every request fails", () -> status("/orders?user=u1") == 500);
    List<Integer> statuses = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      statuses.add(status("/orders?user=u1"));
    }
    assertThat(statuses).contains(500, 0).doesNotContain(200);
    assertThat(status("/healthz")).isNotZero();
    assertThat(app.metric("http_request_duration_seconds_count{method=\"GET\",outcome=\"error\""))
        .isPositive();
    assertThat(app.metric("app_inflight_requests")).isZero();
  }

  @Test
  void anUnknownFaultIsRefused() {
    app.start(Optional.empty());
    HttpResponse<String> answer = app.fault("{'fault':'fire','perSecond':1}");
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(answer.body()).contains("fault 'fire' is none of leak, slow, loss, crash");
    assertThat(app.fault("{'fault':'slow','perSecond':-1}").body()).contains("perSecond -1.0");
  }

  private static double collectedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** The application learns of a collection a little after it: this may be the one before. */
  private double reportedHeap() {
    System.gc();
    return app.metric("app_heap_live_bytes");
  }

  /** 0 when the connection broke. */
  private int status(String uri) {
    try {
      return app.get(uri).statusCode();
    } catch (UncheckedIOException e) {
      return 0;
    }
  }
}
