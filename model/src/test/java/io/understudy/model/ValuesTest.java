package io.understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {
  @ParameterizedTest
  @ValueSource(ints = {-1, 10_001})
  void shareOutsideItsRangeIsRejected(int basisPoints) {
    assertThatThrownBy(() -> new Share(basisPoints))
        .hasMessage("share " + basisPoints + " is not in 0..10000 basis points");
  }

  @Test
  void growingShareOnlyAddsUsers() {
    for (int bucket = 0; bucket < Bucket.COUNT; bucket += 7) {
      boolean admitted = false;
      for (int share = 0; share <= Share.WHOLE; share += 13) {
        boolean now = new Share(share).admits(bucket);
        assertThat(now || !admitted).isTrue();
        admitted = now;
      }
    }
    assertThat(Share.NONE.admits(0)).isFalse();
    assertThat(Share.ALL.admits(9_999)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, -0.01, 1.01, Double.POSITIVE_INFINITY})
  void scoreThatIsNoProbabilityIsRejected(double score) {
    assertThatThrownBy(() -> new RiskScore("orders", "eu-a", score, 30, "m1", 0, List.of()))
        .hasMessage("score " + score + " is not a probability in [0,1]");
  }

  @Test
  void rampIsFlatOutsideAndGrowsInside() {
    Ramp ramp = new Ramp(0.5, 0.9);
    assertThat(ramp.at(0.2)).isEqualTo(Share.NONE);
    assertThat(ramp.at(0.5)).isEqualTo(Share.NONE);
    assertThat(ramp.at(0.7).basisPoints()).isBetween(4_999, 5_000);
    assertThat(ramp.at(0.95)).isEqualTo(Share.ALL);
  }

  @Test
  void rampThatDoesNotRiseIsRejected() {
    assertThatThrownBy(() -> new Ramp(0.5, 0.5)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Ramp(Double.NaN, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Orders", "1st", "a b", "a/b", "a.b"})
  void otherTextThanNamesIsRejected(String text) {
    assertThatThrownBy(() -> Names.require("service", text)).hasMessageStartingWith("service '");
  }
}
