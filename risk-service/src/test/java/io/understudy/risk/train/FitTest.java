package io.understudy.risk.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.understudy.risk.score.Calibration;
import io.understudy.risk.score.Logistic;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What is fitted, against what the data were made with. */
final class FitTest {
  private static final int ROWS = 20_000;

  private final double[] signal = new double[ROWS];
  private final Question question = question();

  @Test
  void logisticRegressionFindsItsParameters() {
    LogisticFit fit = LogisticFit.of(signal, question);
    assertThat(fit.intercept()).isCloseTo(-2, within(0.15));
    assertThat(fit.slope()).isCloseTo(1.5, within(0.15));
  }

  @Test
  void numberOfIncidentsChoosesTheCalibration() {
    assertThat(CalibrationFit.of(signal, question, 10)).isInstanceOf(Calibration.Shrunk.class);
    assertThat(CalibrationFit.of(signal, question, 50)).isInstanceOf(Calibration.Platt.class);
    assertThat(CalibrationFit.of(signal, question, 200)).isInstanceOf(Calibration.Isotonic.class);
  }

  @Test
  void isotonicCalibrationIsNearTheTruth() {
    Calibration isotonic = CalibrationFit.of(signal, question, 500);
    for (double margin = -1; margin <= 2; margin += 0.5) {
      assertThat(isotonic.probability(margin))
          .isCloseTo(Logistic.probability(-2 + 1.5 * margin), within(0.06));
    }
  }

  @Test
  void averagePrecisionOfPerfectAndUselessScores() {
    float[] answers = {0, 0, 1, 1};
    float[] weights = {1, 1, 1, 1};
    assertThat(AveragePrecision.of(new double[] {1, 2, 3, 4}, answers, weights)).isEqualTo(1);
    assertThat(AveragePrecision.of(new double[] {7, 7, 7, 7}, answers, weights)).isEqualTo(0.5);
    assertThat(AveragePrecision.of(new double[] {4, 1, 3, 2}, answers, weights))
        .isCloseTo((1 / 2.0 + 2 / 3.0) / 2, within(1e-12));
  }

  private Question question() {
    SplittableRandom random = new SplittableRandom(4);
    float[] answers = new float[ROWS];
    float[] weights = new float[ROWS];
    for (int i = 0; i < ROWS; i++) {
      signal[i] = random.nextGaussian();
      double truth = Logistic.probability(-2 + 1.5 * signal[i]);
      answers[i] = random.nextDouble() < truth ? 1 : 0;
      weights[i] = 1;
    }
    return new Question(new float[0], answers, weights);
  }
}
