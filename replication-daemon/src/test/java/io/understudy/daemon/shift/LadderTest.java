package io.understudy.daemon.shift;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.shift.ShiftPolicy.Stage;
import io.understudy.model.Cohort;
import io.understudy.model.Share;
import java.util.List;
import org.junit.jupiter.api.Test;

class LadderTest {
  private final Ladder ladder =
      new Ladder(List.of(stage("staff", 5_000, 10_000), stage("everyone", 1_000, 2_500, 8_000)));

  @Test
  void cohortsClimbOneAfterTheOther() {
    assertThat(ladder.height()).isEqualTo(5);
    assertThat(shares(0)).containsExactly(0, 0);
    assertThat(shares(1)).containsExactly(5_000, 0);
    assertThat(shares(2)).containsExactly(10_000, 0);
    assertThat(shares(3)).containsExactly(10_000, 1_000);
    assertThat(shares(5)).containsExactly(10_000, 8_000);
  }

  @Test
  void stepAboveTheTopIsRejected() {
    assertThatThrownBy(() -> ladder.at(6)).hasMessage("step 6 is not in 0..5");
  }

  @Test
  void stepsThatDoNotGrowAreRejected() {
    assertThatThrownBy(() -> stage("staff", 5_000, 5_000))
        .hasMessage("steps of cohort staff do not grow: 5000");
  }

  private List<Integer> shares(int step) {
    return ladder.at(step).stream().map(cohort -> cohort.share().basisPoints()).toList();
  }

  private static Stage stage(String name, Integer... steps) {
    return new Stage(
        new Cohort(name, null, null, null, null, Share.NONE),
        List.of(steps).stream().map(Share::new).toList());
  }
}
