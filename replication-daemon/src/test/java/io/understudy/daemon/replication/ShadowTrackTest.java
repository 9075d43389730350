package io.understudy.daemon.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ShadowTrackTest {
  private static final Limits LIMITS =
      new Limits(Duration.ofMillis(100), Duration.ofMillis(500), 3, 1, 1, Duration.ZERO, 1);

  private static Position at(long lsn) {
    return new Position(1, new Lsn(lsn));
  }

  private static ShadowTrack synced() {
    ShadowTrack track = ShadowTrack.unknown("eu-b").from(at(1));
    for (int beat = 1; beat <= 3; beat++) {
      track = track.applied(at(1 + beat), beat * 100L, beat * 100L + 50, LIMITS);
    }
    return track;
  }

  @Test
  void inSyncAfterAFewHeartbeatsInTime() {
    ShadowTrack track = ShadowTrack.unknown("eu-b").from(at(1));
    track = track.applied(at(2), 100, 150, LIMITS).applied(at(3), 200, 250, LIMITS);
    assertThat(track.state()).isEqualTo(new ShadowState.CatchingUp());
    assertThat(track.applied(at(4), 300, 350, LIMITS).state()).isEqualTo(new ShadowState.InSync());
  }

  @Test
  void groupsWithoutAHeartbeatMoveThePositionOnly() {
    ShadowTrack track = synced().applied(at(9), 0, 99_999, LIMITS);
    assertThat(track.state()).isEqualTo(new ShadowState.InSync());
    assertThat(track.applied()).isEqualTo(at(9));
    assertThat(track.reading()).isEqualTo(300);
  }

  @Test
  void aLateHeartbeatStartsTheCountAnew() {
    ShadowTrack track = synced().applied(at(9), 400, 901, LIMITS);
    assertThat(track.state()).isEqualTo(new ShadowState.CatchingUp());
    track = track.applied(at(10), 900, 950, LIMITS).applied(at(11), 1000, 1050, LIMITS);
    assertThat(track.state()).isEqualTo(new ShadowState.CatchingUp());
    assertThat(track.applied(at(12), 1100, 1150, LIMITS).state())
        .isEqualTo(new ShadowState.InSync());
  }

  @Test
  void silenceEndsTheSync() {
    assertThat(synced().tick(800, LIMITS).state()).isEqualTo(new ShadowState.InSync());
    assertThat(synced().tick(801, LIMITS).state()).isEqualTo(new ShadowState.CatchingUp());
  }

  @Test
  void aFailedShadowStaysFailedUntilItIsCopied() {
    ShadowTrack failed = synced().failed("why");
    assertThat(failed.applied(at(9), 400, 401, LIMITS).state())
        .isEqualTo(new ShadowState.Failed("why"));
    assertThat(failed.seeding(0, 0, 0).applied()).isEqualTo(Position.NONE);
  }

  @Test
  void lagIsUnknownBeforeTheFirstHeartbeat() {
    ShadowStatus status = ShadowTrack.unknown("eu-b").from(at(5)).status(at(8), 1000);
    assertThat(status.lagMillis()).isEqualTo(Long.MAX_VALUE);
    assertThat(status.lagBytes()).isEqualTo(3);
    assertThat(synced().status(at(10), 1000).lagMillis()).isEqualTo(700);
  }
}
