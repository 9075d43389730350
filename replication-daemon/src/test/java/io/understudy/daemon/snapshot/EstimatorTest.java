package io.understudy.daemon.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.snapshot.Estimator.Choice;
import io.understudy.daemon.snapshot.Estimator.Kind;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EstimatorTest {
  private static final long MILLION = 1_000_000;
  private static final Rates RATES = new Rates(50e6, 500e3);

  /** 200 bytes a row: a full copy of a million rows takes 4 s, to hash them at least 2 s. */
  @ParameterizedTest
  @CsvSource({
    // rows there, changed, risk, window in s -> kind, reason
    "0 0.00 -1 -1, FULL, holds nothing",
    "0 0.00 0.9 1, FULL, holds nothing",
    "1000000 0.01 -1 -1, DIFFERENTIAL, it takes less time",
    "1000000 0.90 -1 -1, FULL, it takes less time",
    "1000000 0.01 0.9 3, DIFFERENTIAL, only this is done within 3 s",
    "1000000 0.50 0.9 5, FULL, only this is done within 5 s",
    "1000000 0.50 0.9 60, DIFFERENTIAL, the old copy stays usable",
    "1000000 0.50 0.4 -1, DIFFERENTIAL, the old copy stays usable",
    "1000000 0.50 0.2 -1, FULL, it takes less time",
    "1000000 0.50 -1 60, DIFFERENTIAL, the old copy stays usable",
    "1000000 0.01 0.9 1, DIFFERENTIAL, neither is done within 1 s",
  })
  void picks(String situation, Kind kind, String reason) {
    String[] numbers = situation.split(" ", -1);
    double risk = Double.parseDouble(numbers[2]);
    long window = Long.parseLong(numbers[3]);
    Choice choice =
        Estimator.choose(
            new OldCopy(
                200 * MILLION, MILLION, Long.parseLong(numbers[0]), Double.parseDouble(numbers[1])),
            RATES,
            new Urgency(
                risk < 0 ? OptionalDouble.empty() : OptionalDouble.of(risk),
                window < 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(window))));
    assertThat(choice.kind()).isEqualTo(kind);
    assertThat(choice.reason()).contains(reason);
  }

  @Test
  void slowHashingMakesTheFullCopyTheFasterOneAlsoAtRisk() {
    Choice choice =
        Estimator.choose(
            new OldCopy(200 * MILLION, MILLION, MILLION, 0.01),
            new Rates(50e6, 50e3),
            new Urgency(OptionalDouble.of(0.9), Optional.empty()));
    assertThat(choice.kind()).isEqualTo(Kind.FULL);
    assertThat(choice.reason()).contains("more than twice as long");
  }

  @Test
  void estimatesAreThoseThatTheRatesGive() {
    Choice choice =
        Estimator.choose(new OldCopy(200 * MILLION, MILLION, MILLION, 0.01), RATES, Urgency.NONE);
    assertThat(choice.full().time()).isEqualTo(Duration.ofSeconds(4));
    assertThat(choice.full().bytes()).isEqualTo(200 * MILLION);
    // A digest for 8 rows, 7.7 % of the rows listed, both of both sides, and 1 % of them sent.
    assertThat(choice.differential().bytes()).isBetween(8 * MILLION, 10 * MILLION);
    assertThat(choice.differential().time())
        .isBetween(Duration.ofMillis(2_100), Duration.ofMillis(2_300));
  }

  @Test
  void nothingIsCopiedInNoTimeAtAll() {
    Choice choice = Estimator.choose(new OldCopy(0, 0, 0, 0), RATES, Urgency.NONE);
    assertThat(choice.full().time()).isEqualTo(Duration.ZERO);
    assertThat(choice.differential().bytes()).isLessThan(100);
  }
}
