package io.understudy.testbed.app.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import io.understudy.testbed.app.state.PendingWrites.Outcome;
import io.understudy.testbed.app.state.PendingWrites.Settled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PendingWritesTest {
  private final PendingWrites writes = new PendingWrites("eu-a");

  @Test
  void aWriteWaitsUntilItsPositionIsReported() {
    assertThat(writes.add(1, new Lsn(100))).isEmpty();
    assertThat(writes.add(2, new Lsn(200))).isEmpty();
    assertThat(writes.report(report(1, "eu-a", 99))).isEmpty();
    assertThat(writes.report(report(1, "eu-a", 100)))
        .containsExactly(new Settled(1, Outcome.REPLICATED));
    assertThat(writes.report(report(1, "eu-a", 500)))
        .containsExactly(new Settled(2, Outcome.REPLICATED));
  }

  @Test
  void aWriteBelowTheKnownPositionIsAnsweredAtOnce() {
    writes.report(report(1, "eu-a", 500));
    assertThat(writes.add(1, new Lsn(500))).contains(Outcome.REPLICATED);
    assertThat(writes.add(2, new Lsn(501))).isEmpty();
  }

  @Test
  void anotherPrimaryMakesEveryWaitingWriteUnknown() {
    writes.add(1, new Lsn(100));
    writes.add(2, new Lsn(200));
    assertThat(writes.report(report(2, "eu-b", 1_000)))
        .containsExactlyInAnyOrder(
            new Settled(1, Outcome.UNKNOWN), new Settled(2, Outcome.UNKNOWN));
    assertThat(writes.add(3, new Lsn(50))).contains(Outcome.UNKNOWN);
  }

  @Test
  void aWriteOfAnEarlierEpochIsNotAnsweredByALaterOne() {
    writes.report(report(1, "eu-a", 50));
    writes.add(1, new Lsn(100));
    assertThat(writes.report(report(3, "eu-a", 1_000)))
        .containsExactly(new Settled(1, Outcome.UNKNOWN));
  }

  @Test
  void aPositionOfAnotherEpochCoversNothing() {
    writes.add(1, new Lsn(100));
    assertThat(writes.report(new ReplicationReport(2, "eu-a", new Position(1, new Lsn(1_000)))))
        .isEmpty();
  }

  @Test
  void aDroppedWriteIsForgotten() {
    writes.add(1, new Lsn(100));
    writes.drop(1);
    assertThat(writes.size()).isZero();
    assertThat(writes.report(report(1, "eu-a", 100))).isEmpty();
  }

  /** The oracle keeps every write and compares it with every report. */
  @Test
  void everyWriteIsSettledOnceAndOnlyAtItsPosition() {
    long seed = 42;
    Random random = new Random(seed);
    Map<Long, Long> waiting = new HashMap<>();
    Set<Long> settled = new HashSet<>();
    long reported = 0;
    for (long ticket = 0; ticket < 5_000; ticket++) {
      long lsn = reported + 1 + random.nextInt(1_000);
      assertThat(writes.add(ticket, new Lsn(lsn))).as("seed %d", seed).isEmpty();
      waiting.put(ticket, lsn);
      if (random.nextInt(10) == 0) {
        reported += random.nextInt(2_000);
        List<Long> expected = new ArrayList<>();
        long position = reported;
        waiting.forEach((waits, at) -> {
          if (at <= position) {
            expected.add(waits);
          }
        });
        List<Settled> now = writes.report(report(1, "eu-a", reported));
        assertThat(now).extracting(Settled::ticket).containsExactlyInAnyOrderElementsOf(expected);
        expected.forEach(waiting::remove);
        expected.forEach(once -> assertThat(settled.add(once)).isTrue());
      }
    }
    assertThat(writes.size()).isEqualTo(waiting.size());
  }

  @Test
  void aFaultGrowsToItsBound() {
    Fault slow = Fault.starting(Fault.Kind.SLOW, 100);
    assertThat(slow.after(0.5).level()).isEqualTo(50);
    assertThat(slow.after(1_000).level()).isEqualTo(1_500);
    assertThat(Fault.starting(Fault.Kind.LOSS, 30).after(10).level()).isEqualTo(100);
  }

  private static ReplicationReport report(long epoch, String primary, long lsn) {
    return new ReplicationReport(epoch, primary, new Position(epoch, new Lsn(lsn)));
  }
}
