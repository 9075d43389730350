package io.understudy.gateway.host;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ConfTokensTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @Test
  void confIsFoundByItsTokenUntilItExpires() {
    ConfTokens tokens = new ConfTokens(8, HOUR, new SplittableRandom(1)::nextLong);
    long token = tokens.prepare("k", Map.of("understudy", "x"), 0);

    PreparedConf conf = requireNonNull(tokens.find(token, HOUR.toMillis()));
    assertThat(conf.values()).containsEntry("understudy", "x");
    assertThat(tokens.find(token, HOUR.toMillis() + 1)).isNull();
    assertThat(tokens.find(token + 1, 0)).isNull();
  }

  @Test
  void preparingAgainKeepsTheTokenTakesTheNewConfAndStartsItsAgeAnew() {
    ConfTokens tokens = new ConfTokens(8, HOUR, new SplittableRandom(1)::nextLong);
    long token = tokens.prepare("k", Map.of("understudy", "old"), 0);

    assertThat(tokens.prepare("k", Map.of("understudy", "new"), 1000)).isEqualTo(token);
    PreparedConf conf = requireNonNull(tokens.find(token, HOUR.toMillis() + 1000));
    assertThat(conf.values()).containsEntry("understudy", "new");
    assertThat(tokens.all()).hasSize(1);
  }

  @Test
  void oldestGoesWhenTheBoundIsReached() {
    ConfTokens tokens = new ConfTokens(3, HOUR, new SplittableRandom(1)::nextLong);
    long first = tokens.prepare("k0", Map.of(), 0);
    long second = tokens.prepare("k1", Map.of(), 1);
    for (int i = 2; i < 100; i++) {
      long newest = tokens.prepare("k" + i, Map.of(), i);
      assertThat(tokens.all()).hasSizeLessThanOrEqualTo(3);
      assertThat(tokens.find(newest, i)).isNotNull();
    }
    assertThat(tokens.find(first, 100)).isNull();
    assertThat(tokens.find(second, 100)).isNull();
  }

  @Test
  void tokensFitTheProtocolAndAreNeverZeroOrTaken() {
    PrimitiveIterator.OfLong drawn = LongStream.of(0, 1L << 32, -1, -1, 7).iterator();
    ConfTokens tokens = new ConfTokens(8, HOUR, drawn::nextLong);

    assertThat(tokens.prepare("a", Map.of(), 0)).isEqualTo(0xffff_ffffL);
    assertThat(tokens.prepare("b", Map.of(), 0)).isEqualTo(7);
  }
}
