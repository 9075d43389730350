package io.understudy.testbed.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testbed.gateway.balance.Observation.Answered;
import io.understudy.testbed.gateway.balance.Observation.Broken;
import io.understudy.testbed.gateway.balance.Observation.TimedOut;
import io.understudy.testbed.gateway.config.Checks;
import io.understudy.testbed.gateway.config.Checks.Thresholds;
import io.understudy.testbed.gateway.config.Upstream;
import io.understudy.testbed.gateway.config.Upstream.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeRingTest {
  private static final Node A = new Node("a", 1, 1, 0);
  private static final Node B = new Node("b", 1, 1, -1);
  private static final Thresholds ACTIVE = new Thresholds(Set.of(200), 2, Set.of(503), 2, 2, 2);
  private static final Thresholds PASSIVE = new Thresholds(Set.of(200), 5, Set.of(500), 3, 3, 3);

  @Test
  void theLowerPriorityServesOnlyWhatTheHigherOneCannot() {
    NodeRing ring = ring(A, B);
    assertThat(ring.next(Set.of())).contains(A);
    assertThat(ring.next(Set.of(A))).contains(B);
    assertThat(ring.next(Set.of(A, B))).isEmpty();
  }

  @Test
  void aNodeThatIsDownIsLeftOutUntilItAnswersAgain() {
    NodeRing ring = ring(A, B);
    assertThat(ring.checked(A, new Answered(503))).isFalse();
    assertThat(ring.checked(A, new Answered(503))).isTrue();
    assertThat(ring.next(Set.of())).contains(B);
    assertThat(ring.checked(A, new Answered(200))).isFalse();
    assertThat(ring.checked(A, new Answered(200))).isTrue();
    assertThat(ring.next(Set.of())).contains(A);
  }

  @Test
  void failuresCountOnlyInARow() {
    NodeRing ring = ring(A, B);
    ring.checked(A, new Broken());
    ring.checked(A, new Answered(200));
    assertThat(ring.checked(A, new Broken())).isFalse();
    assertThat(ring.checked(A, new TimedOut())).isFalse();
    assertThat(ring.checked(A, new TimedOut())).isTrue();
  }

  @Test
  void passiveChecksIgnoreARefusal() {
    NodeRing ring = ring(A, B);
    for (int i = 0; i < 100; i++) {
      assertThat(ring.served(A, new Answered(503))).isFalse();
    }
    assertThat(ring.up(A)).isTrue();
  }

  @Test
  void whenAllAreDownAllAreTried() {
    NodeRing ring = ring(A, B);
    for (Node node : List.of(A, B)) {
      ring.checked(node, new Broken());
      ring.checked(node, new Broken());
      assertThat(ring.up(node)).isFalse();
    }
    assertThat(ring.next(Set.of())).contains(A);
    assertThat(ring.next(Set.of(A))).contains(B);
  }

  @Test
  void healthOutlivesAChangeOfWeights() {
    NodeRing ring = ring(A, B);
    ring.checked(A, new Broken());
    ring.checked(A, new Broken());
    NodeRing changed = ring.changedTo(upstream(new Node("a", 1, 7, 0), B));
    assertThat(changed.next(Set.of())).contains(B);
  }

  @Test
  void turnsFollowTheWeightsSmoothly() {
    Node heavy = new Node("heavy", 1, 5, 0);
    Node light = new Node("light", 1, 1, 0);
    Node none = new Node("none", 1, 0, 0);
    NodeRing ring = ring(heavy, light, none);
    Map<Node, Integer> served = new HashMap<>();
    int inARow = 0;
    for (int i = 0; i < 600; i++) {
      Node node = ring.next(Set.of()).orElseThrow();
      inARow = node.equals(heavy) ? inARow + 1 : 0;
      assertThat(inARow).isLessThanOrEqualTo(5 * 2);
      served.merge(node, 1, Integer::sum);
    }
    assertThat(served).isEqualTo(Map.of(heavy, 500, light, 100));
  }

  @Test
  void aRequestThatMayHaveArrivedIsNotSentAgainUnlessItIsIdempotent() {
    RetryRule rule = new RetryRule(Set.of(503));
    for (String method : List.of("POST", "PATCH")) {
      assertThat(rule.allows(method, RetryRule.Failure.NOT_CONNECTED)).isTrue();
      assertThat(rule.allows(method, RetryRule.Failure.BROKEN)).isFalse();
      assertThat(rule.allows(method, RetryRule.Failure.TIMED_OUT)).isFalse();
      assertThat(rule.rejects(method, 503)).isFalse();
    }
    assertThat(rule.allows("GET", RetryRule.Failure.BROKEN)).isTrue();
    assertThat(rule.rejects("GET", 503)).isTrue();
    assertThat(rule.rejects("GET", 500)).isFalse();
  }

  private static NodeRing ring(Node... nodes) {
    return new NodeRing(upstream(nodes));
  }

  private static Upstream upstream(Node... nodes) {
    Checks checks = new Checks(new Checks.Active("/", 1, 1, 1, ACTIVE), Optional.of(PASSIVE));
    return new Upstream(
        "u", List.of(nodes), 1, 0, new Upstream.Timeouts(1, 1), Optional.of(checks));
  }
}
