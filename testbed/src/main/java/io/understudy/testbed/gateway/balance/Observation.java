package io.understudy.testbed.gateway.balance;

/** What one request to a node showed about it. */
public sealed interface Observation {
  /** The node answered. */
  record Answered(int status) implements Observation {}

  /** The connection was refused or broke before the answer. */
  record Broken() implements Observation {}

  /** The answer did not come in time. */
  record TimedOut() implements Observation {}
}
