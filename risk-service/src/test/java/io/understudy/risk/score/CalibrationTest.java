package io.understudy.risk.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.understudy.risk.score.Calibration.Isotonic;
import io.understudy.risk.score.Calibration.Isotonic.Knot;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CalibrationTest {
  @Test
  void isotonicIsStraightBetweenItsKnots() {
    Isotonic isotonic = new Isotonic(List.of(new Knot(-1, 0.1), new Knot(1, 0.5)));
    assertThat(isotonic.probability(-9)).isEqualTo(0.1);
    assertThat(isotonic.probability(0)).isCloseTo(0.3, within(1e-12));
    assertThat(isotonic.probability(9)).isEqualTo(0.5);
  }

  @Test
  void fallingKnotsAreRejected() {
    assertThatThrownBy(() -> new Isotonic(List.of(new Knot(0, 0.5), new Knot(1, 0.4))))
        .hasMessageContaining("must rise");
    assertThatThrownBy(() -> new Isotonic(List.of(new Knot(0, Double.NaN))))
        .hasMessageContaining("must rise");
  }

  @Test
  void nobodyIsEverCertain() {
    assertThat(new Calibration.Platt(5, 0).probability(1e6)).isEqualTo(Calibration.SUREST);
    assertThat(new Calibration.Platt(5, 0).probability(-1e6)).isLessThan(0.01);
  }

  @Test
  void fallingPlattIsRejected() {
    assertThatThrownBy(() -> new Calibration.Platt(-1, 0)).hasMessageContaining("at least 0");
  }
}
