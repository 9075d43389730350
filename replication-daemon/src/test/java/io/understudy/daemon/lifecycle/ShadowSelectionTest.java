package io.understudy.daemon.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.lifecycle.ShadowSelection.Candidate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ShadowSelectionTest {
  private static final Candidate NEAR = new Candidate("eu-b", "eu-west", true);
  private static final Candidate NORTH = new Candidate("eu-c", "eu-north", true);
  private static final Candidate AMERICA = new Candidate("us-a", "us-east", true);

  @Test
  void anotherRegionThanThePrimarysIsPreferred() {
    assertThat(choose(List.of(), NEAR, AMERICA)).contains("us-a");
  }

  @Test
  void policyOrdersTheRegions() {
    assertThat(choose(List.of("us-east", "eu-north"), NORTH, AMERICA)).contains("us-a");
    assertThat(choose(List.of("eu-north", "us-east"), NORTH, AMERICA)).contains("eu-c");
  }

  @Test
  void dataNeverLeavesTheAllowedRegions() {
    assertThat(choose(List.of("eu-north"), AMERICA)).isEmpty();
  }

  @Test
  void shadowThatIsNotInSyncIsNotChosen() {
    assertThat(choose(List.of(), new Candidate("us-a", "us-east", false), NEAR)).contains("eu-b");
  }

  @Test
  void presentChoiceStaysWhileItIsFit() {
    ShadowSelection selection = new ShadowSelection(List.of());
    assertThat(selection.choose(List.of(NEAR, AMERICA), "eu-west", Optional.of("eu-b")))
        .contains("eu-b");
  }

  @Test
  void phaseThatMayNotFollowThrows() {
    assertThat(ServicePhase.STEADY.to(ServicePhase.CLOSED)).isEqualTo(ServicePhase.CLOSED);
    assertThatThrownBy(() -> ServicePhase.DECIDED.to(ServicePhase.STEADY))
        .hasMessage("a service cannot go from DECIDED to STEADY");
  }

  private static Optional<String> choose(List<String> regions, Candidate... candidates) {
    return new ShadowSelection(regions).choose(List.of(candidates), "eu-west", Optional.empty());
  }
}
