package io.understudy.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class HostFiguresTest {
  /** The whole measurement on real processes, too short for its figures to mean anything. */
  @Test
  @Timeout(120)
  void bothHostsAnswerEveryRequest() throws Exception {
    Duration brief = Duration.ofMillis(200);
    BenchResult.Builder figures = new BenchResult.Builder("route");

    new HostFigures(new HostFigures.Shape(2, 3, brief, brief), System::nanoTime).measure(figures);

    BenchResult result = figures.build();
    assertThat(result.figures())
        .containsOnlyKeys(
            "hostRatio",
            "hostPerSecond",
            "constantPerSecond",
            "hostCpuMicros",
            "constantCpuMicros");
    assertThat(result.figures().values()).allMatch(figure -> figure >= 0);
    assertThat(result.figures().get("hostPerSecond")).isPositive();
  }

  @Test
  void medianOfAnOddAndOfAnEvenNumber() {
    assertThat(HostFigures.median(List.of(3.0, 1.0, 2.0))).isEqualTo(2);
    assertThat(HostFigures.median(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(2.5);
  }
}
