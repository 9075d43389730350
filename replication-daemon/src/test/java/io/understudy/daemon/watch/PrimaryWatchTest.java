package io.understudy.daemon.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.watch.PrimaryWatch.Observation;
import io.understudy.daemon.watch.PrimaryWatch.Reachability;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrimaryWatchTest {
  private static final Reachability UP = new Reachability.Reached();
  private static final Reachability DOWN = new Reachability.Unreachable("connection refused");

  private final PrimaryWatch watch = new PrimaryWatch(Duration.ofSeconds(2));

  @Test
  void shortRestartIsNoDeath() {
    assertThat(see(DOWN, UP, 0)).isNull();
    assertThat(see(DOWN, UP, 1_900)).isNull();
    assertThat(see(UP, UP, 2_000)).isNull();
    assertThat(see(DOWN, UP, 2_200)).isNull();
    assertThat(see(DOWN, UP, 4_100)).isNull();
  }

  @Test
  void databaseThatStaysAwayIsDead() {
    see(DOWN, UP, 0);
    see(DOWN, UP, 1_000);
    assertThat(see(DOWN, UP, 2_000))
        .isEqualTo("database unreachable for 2000 ms: connection refused");
  }

  @Test
  void applicationThatWasNeverSeenHasNotDied() {
    see(UP, DOWN, 0);
    see(UP, DOWN, 1_000);
    assertThat(see(UP, DOWN, 60_000)).isNull();
    see(UP, UP, 60_200);
    see(UP, DOWN, 60_400);
    see(UP, DOWN, 61_400);
    assertThat(see(UP, DOWN, 62_400)).isNotNull();
  }

  @Test
  void applicationThatStaysAwayIsDeadToo() {
    see(UP, UP, 0);
    see(UP, DOWN, 0);
    see(UP, DOWN, 1_000);
    assertThat(see(UP, DOWN, 2_500)).startsWith("application unreachable for 2500 ms");
  }

  @Test
  void longGapBetweenTwoLooksIsNoProof() {
    see(DOWN, UP, 0);
    assertThat(see(DOWN, UP, 60_000)).isNull();
    assertThat(see(DOWN, UP, 60_200)).isNotNull();
  }

  private @Nullable String see(Reachability database, Reachability application, long millis) {
    return watch.observe(new Observation(database, application), Instant.EPOCH.plusMillis(millis));
  }
}
