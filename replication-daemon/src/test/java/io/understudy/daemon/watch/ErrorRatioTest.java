package io.understudy.daemon.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class ErrorRatioTest {
  private final ErrorRatio ratio = new ErrorRatio(3);

  @Test
  void onlyTheWindowCounts() {
    assertThat(ratio.sample(text(100, 50))).isZero();
    assertThat(ratio.sample(text(110, 50))).isZero();
    assertThat(ratio.sample(text(110, 60))).isEqualTo(0.5);
    ratio.sample(text(120, 60));
    assertThat(ratio.sample(text(130, 60))).isZero();
  }

  @Test
  void restartedProcessCountsFromZero() {
    ratio.sample(text(100, 50));
    assertThat(ratio.sample(text(0, 0))).isZero();
    assertThat(ratio.sample(text(9, 1))).isEqualTo(0.1);
  }

  @Test
  void otherTextIsNoRequest() {
    assertThat(ratio.sample("")).isZero();
    assertThat(ratio.sample("<html>")).isZero();
  }

  private static String text(int ok, int errors) {
    return String.format(
        Locale.ROOT,
        """
        # TYPE http_request_duration_seconds histogram
        http_request_duration_seconds_bucket{method="GET",outcome="ok",le="0.1"} 5.0
        http_request_duration_seconds_count{method="GET",outcome="ok"} %d.0
        http_request_duration_seconds_count{method="GET",outcome="error"} %d.0
        """,
        ok,
        errors);
  }
}
