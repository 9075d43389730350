package io.understudy.testbed.gateway.balance;

import java.util.Set;

/**
 * When a failed try may be followed by another one, after nginx's {@code proxy_next_upstream}
 * {@code error timeout} and the statuses given: a request that may have reached a node is sent
 * again only if its method is idempotent.
 *
 * @param statuses answers that count as a failure of the node
 */
public record RetryRule(Set<Integer> statuses) {
  private static final Set<String> NON_IDEMPOTENT = Set.of("POST", "LOCK", "PATCH");

  /** How a try ended without an answer for the client. */
  public enum Failure {
    NOT_CONNECTED,
    BROKEN,
    TIMED_OUT
  }

  /** Whether a request whose try failed may be sent to another node. */
  public boolean allows(String method, Failure failure) {
    return failure == Failure.NOT_CONNECTED || !NON_IDEMPOTENT.contains(method);
  }

  /** Whether an answer is to be thrown away and another node asked. */
  public boolean rejects(String method, int status) {
    return statuses.contains(status) && !NON_IDEMPOTENT.contains(method);
  }
}
