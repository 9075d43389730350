package io.understudy.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {
  @ParameterizedTest
  @ValueSource(strings = {"1:0/0", "3:16/B374D848", "12:FFFFFFFF/FFFFFFFF"})
  void readsWhatItWrites(String text) {
    assertThat(Position.parse(text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "1", "1:", ":0/0", "1:0", "1:/0", "1:0/", "1:0/123456789", "1:x/0", "-1:0/0"})
  void rejectsOtherForms(String text) {
    assertThatThrownBy(() -> Position.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void laterEpochIsHigherWhateverTheLog() {
    assertThat(Position.parse("2:0/1")).isGreaterThan(Position.parse("1:FFFFFFFF/0"));
  }

  @Test
  void upperHalfOfTheLogIsHigherThanTheLower() {
    assertThat(Lsn.parse("80000000/0")).isGreaterThan(Lsn.parse("7FFFFFFF/FFFFFFFF"));
  }
}
