package io.understudy.daemon.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import org.junit.jupiter.api.Test;

class CutHistoryTest {
  private final CutHistory history =
      CutHistory.from(1).then(2, tip(1, 8)).then(4, tip(2, 3)); // epoch 3 was spent

  private static Tip tip(long epoch, long lsn) {
    return new Tip(new Position(epoch, new Lsn(lsn)), 100 * epoch + lsn);
  }

  @Test
  void aJournalThatOverranTheCutOfItsEpochIsValidUpToThatCut() {
    assertThat(history.validPart(tip(1, 10))).isEqualTo(tip(1, 8));
    assertThat(history.validPart(tip(2, 4))).isEqualTo(tip(2, 3));
  }

  @Test
  void aVoterThatSleptThroughTwoPromotionsIsJudgedByTheCutOfItsOwnEpoch() {
    // 1:10 is below the last cut 2:3 and is not history all the same.
    assertThat(tip(1, 10).position()).isLessThan(history.last().cut().position());
    assertThat(history.validPart(tip(1, 10))).isEqualTo(tip(1, 8));
  }

  @Test
  void aJournalWithinItsEpochIsValidAsAWhole() {
    assertThat(history.validPart(tip(1, 5))).isEqualTo(tip(1, 5));
    assertThat(history.validPart(tip(4, 99))).isEqualTo(tip(4, 99));
    assertThat(history.validPart(Tip.NONE)).isEqualTo(Tip.NONE);
  }

  @Test
  void framesOfAnEpochThatWasNeverDecidedAreNotHistory() {
    assertThat(history.validPart(tip(3, 1))).isEqualTo(tip(2, 3));
  }

  @Test
  void anEpochThatWouldCutDecidedHistoryIsRejected() {
    assertThatThrownBy(() -> history.then(5, tip(1, 9))).hasMessageContaining("does not follow");
    assertThatThrownBy(() -> history.then(4, tip(4, 1))).hasMessageContaining("does not follow");
  }
}
