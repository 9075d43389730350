package io.understudy.daemon.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class WatermarkTest {
  private static Position at(long epoch, long lsn) {
    return new Position(epoch, new Lsn(lsn));
  }

  @Test
  void nothingIsReplicatedBeforeKVotersHoldIt() {
    Watermark watermark = Watermark.of(2, List.of("a", "b", "c"));
    watermark = watermark.advance("a", at(1, 10));
    assertThat(watermark.replicated()).isEqualTo(Position.NONE);
    assertThat(watermark.advance("c", at(1, 7)).replicated()).isEqualTo(at(1, 7));
  }

  @Test
  void aVoterThatLostItsCopyDoesNotPullTheWatermarkBack() {
    Watermark watermark = Watermark.of(1, List.of("a", "b")).advance("a", at(1, 10)).forget("a");
    assertThat(watermark.replicated()).isEqualTo(at(1, 10));
    assertThat(watermark.advance("b", at(1, 4)).replicated()).isEqualTo(at(1, 10));
  }

  @Test
  void aHigherEpochIsHigherThanAnyLsn() {
    Watermark watermark = Watermark.of(1, List.of("a")).advance("a", at(1, 1000));
    assertThat(watermark.advance("a", at(2, 1)).replicated()).isEqualTo(at(2, 1));
  }

  @Test
  void quorumsOutsideOneToNAreRejected() {
    assertThatThrownBy(() -> new Quorum(3, 0)).hasMessageContaining("quorum of 0 of 3");
    assertThatThrownBy(() -> new Quorum(3, 4)).hasMessageContaining("quorum of 4 of 3");
    assertThatThrownBy(() -> Watermark.of(1, List.of("a")).advance("b", Position.NONE))
        .hasMessageContaining("no voter 'b'");
  }

  @Test
  void replicationQuorumAndPromotionQuorumAlwaysShareAVoter() {
    for (int n = 1; n <= 7; n++) {
      for (int k = 1; k <= n; k++) {
        assertThat(k + new Quorum(n, k).promotionVoters()).isGreaterThan(n);
      }
    }
  }

  /** The oracle counts, for every position ever held, how many hold it. */
  @Test
  void agreesWithADumbOracleUnderRandomSteps() {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int round = 0; round < 200; round++) {
      int n = 1 + random.nextInt(5);
      int k = 1 + random.nextInt(n);
      List<String> voters = IntStream.range(0, n).mapToObj(i -> "v" + i).toList();
      Watermark watermark = Watermark.of(k, voters);
      Map<String, Position> held = new HashMap<>();
      Position best = Position.NONE;
      for (int step = 0; step < 40; step++) {
        String voter = voters.get(random.nextInt(n));
        if (random.nextInt(10) == 0) {
          watermark = watermark.forget(voter);
          held.remove(voter);
        } else {
          Position next = at(1 + random.nextInt(2), 1 + random.nextInt(30));
          watermark = watermark.advance(voter, next);
          held.merge(voter, next, (a, b) -> a.compareTo(b) >= 0 ? a : b);
        }
        for (Position candidate : held.values()) {
          long holders = held.values().stream().filter(p -> p.compareTo(candidate) >= 0).count();
          if (holders >= k && candidate.compareTo(best) > 0) {
            best = candidate;
          }
        }
        assertThat(watermark.replicated()).as("seed %d", seed).isEqualTo(best);
      }
    }
  }
}
