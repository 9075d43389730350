package io.understudy.daemon.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  @Test
  void waitsLongerAfterEachFailureUpToTwoSecondsAndNeverLessThanFiftyMillis() {
    for (long seed = 0; seed < 1000; seed++) {
      Backoff backoff = new Backoff(new Random(seed));
      long limit = 100;
      for (int failure = 0; failure < 10; failure++) {
        assertThat(backoff.next())
            .as("seed %d failure %d", seed, failure)
            .isBetween(Duration.ofMillis(50), Duration.ofMillis(limit));
        limit = Math.min(2000, 2 * limit);
      }
      backoff.reset();
      assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(100));
    }
  }

  @Test
  void twoDaemonsDoNotWaitEquallyLong() {
    Backoff one = new Backoff(new Random(1));
    Backoff other = new Backoff(new Random(2));
    long equal = 0;
    for (int i = 0; i < 100; i++) {
      equal += one.next().equals(other.next()) ? 1 : 0;
    }
    assertThat(equal).isLessThan(10);
  }
}
