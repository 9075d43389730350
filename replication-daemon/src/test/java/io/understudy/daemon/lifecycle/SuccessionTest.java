package io.understudy.daemon.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.lifecycle.Succession.Verdict;
import io.understudy.daemon.replication.EpochEnd;
import io.understudy.model.Position;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SuccessionTest {
  private static final Position EARLY = Position.parse("3:0/100");
  private static final Position LATE = Position.parse("3:0/200");
  private static final List<String> PREFERRED = List.of("eu-b", "us-a");

  @Test
  void preferredVoterFollowsIfItReachesTheCut() {
    EpochEnd end = new EpochEnd(3, EARLY, Map.of("eu-b", LATE, "us-a", LATE));
    assertThat(Succession.decide(end, 1, PREFERRED, Optional.empty()))
        .isEqualTo(new Verdict.Promote("eu-b"));
  }

  @Test
  void voterBehindTheCutIsPassedOver() {
    EpochEnd end = new EpochEnd(3, LATE, Map.of("eu-b", EARLY, "us-a", LATE));
    assertThat(Succession.decide(end, 1, PREFERRED, Optional.empty()))
        .isEqualTo(new Verdict.Promote("us-a"));
    assertThat(Succession.decide(end, 1, PREFERRED, Optional.of("eu-b")))
        .isEqualTo(new Verdict.Refuse("eu-b does not reach the cut 3:0/200"));
  }

  @Test
  void tooFewVotersDecideNothing() {
    EpochEnd end = new EpochEnd(3, EARLY, Map.of("us-a", LATE));
    assertThat(Succession.decide(end, 2, PREFERRED, Optional.empty()))
        .isEqualTo(
            new Verdict.Refuse("1 voters answered, 2 are needed to be sure of every update"));
  }

  @Test
  void replicatedUpdateThatNobodyHoldsForbidsAPromotion() {
    EpochEnd end = new EpochEnd(3, LATE, Map.of("eu-b", EARLY, "us-a", EARLY));
    assertThat(Succession.decide(end, 1, PREFERRED, Optional.empty()))
        .isEqualTo(new Verdict.Refuse("the voters reach 3:0/100, but 3:0/200 was replicated"));
  }

  @Test
  void nobodyFollowsWithoutVoters() {
    EpochEnd end = new EpochEnd(3, Position.NONE, Map.of());
    assertThat(Succession.decide(end, 0, List.of(), Optional.empty()))
        .isInstanceOf(Verdict.Refuse.class);
  }
}
