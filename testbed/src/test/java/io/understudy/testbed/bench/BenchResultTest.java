package io.understudy.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class BenchResultTest {
  @Test
  void keptPromisesAreFiguresAndBrokenOnesAreNamed() {
    BenchResult result =
        new BenchResult.Builder("route")
            .atMost("nanos", 150, 150)
            .below("bytes", 1, 1)
            .atLeast("ratio", 0.9499, 0.95)
            .figure("free", 7)
            .build();

    assertThat(result.misses()).containsExactly("bytes", "ratio");
    assertThat(result.json())
        .isEqualTo(
            "{\"bench\":\"route\",\"figures\":{\"nanos\":150.0000,\"bytes\":1.0000,"
                + "\"ratio\":0.9499,\"free\":7.0000},\"misses\":[\"bytes\",\"ratio\"]}");
    assertThat(result.table()).contains("ratio", "MISSES ITS PROMISE");
  }

  @Test
  void figureThatIsNoNumberIsRefusedBeforeItBreaksTheJson() {
    BenchResult result = new BenchResult.Builder("x").figure("f", Double.NaN).build();
    assertThatThrownBy(result::json).hasMessageContaining("figure NaN is not a number");
  }
}
