package io.understudy.daemon.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ElectorateTest {
  private static final List<String> NAMES = List.of("a", "b", "c", "d");
  private static final Position HELD = new Position(1, new Lsn(1));

  /**
   * The oracle tries every pair of electorates over four names, every set of holders and every set
   * of promises: what a source confirms while it changes from one to the other is known to one of
   * the promises, whichever of the two the control record names.
   */
  @Test
  void whatBothElectoratesHoldIsKnownToEveryPromotionUnderEither() {
    for (Electorate from : all()) {
      for (Electorate to : all()) {
        for (int holders = 0; holders < 16; holders++) {
          Position confirmed = Rules.min(from.held(acks(holders)), to.held(acks(holders)));
          if (confirmed.equals(HELD)) {
            assertKnown(from, holders);
            assertKnown(to, holders);
          }
        }
      }
    }
  }

  private static void assertKnown(Electorate record, int holders) {
    for (int promised = 0; promised < 16; promised++) {
      boolean known = subset(holders & promised).stream().anyMatch(record.voters()::contains);
      assertThat(!record.mayPromote(subset(promised)) || known)
          .as("%s held by %s, promised by %s", record, subset(holders), subset(promised))
          .isTrue();
    }
  }

  /** Without the rule, the same oracle finds a loss: the change from k=1 to k=2 is one. */
  @Test
  void whatOnlyTheOldElectorateHoldsMayBeUnknownUnderTheNewOne() {
    Electorate weak = new Electorate(List.of("a", "b", "c"), 1);
    Electorate strong = new Electorate(List.of("a", "b", "c"), 2);
    assertThat(weak.held(Map.of("a", HELD))).isEqualTo(HELD);
    assertThat(strong.mayPromote(List.of("b", "c"))).isTrue();
  }

  @Test
  void aNameTwiceOrAnImpossibleKIsRejected() {
    assertThatThrownBy(() -> new Electorate(List.of("a", "a"), 1)).hasMessageContaining("twice");
    assertThatThrownBy(() -> new Electorate(List.of("a"), 2)).hasMessageContaining("2 of 1");
    assertThatThrownBy(() -> new Electorate(List.of("a"), 0)).hasMessageContaining("0 of 1");
  }

  private static Map<String, Position> acks(int holders) {
    return subset(holders).stream().collect(Collectors.toMap(name -> name, name -> HELD));
  }

  private static List<Electorate> all() {
    List<Electorate> all = new ArrayList<>();
    for (int set = 1; set < 16; set++) {
      List<String> voters = subset(set);
      for (int k = 1; k <= voters.size(); k++) {
        all.add(new Electorate(voters, k));
      }
    }
    return all;
  }

  private static List<String> subset(int bits) {
    return NAMES.stream().filter(name -> (bits >> NAMES.indexOf(name) & 1) == 1).toList();
  }
}
