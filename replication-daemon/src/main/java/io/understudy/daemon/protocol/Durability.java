package io.understudy.daemon.protocol;

/** What the control record says an acknowledgement is worth. */
public enum Durability {
  /** As many voters as the policy wants hold what was acknowledged. */
  QUORUM,
  /** Fewer voters than the policy wants, at least one. */
  DEGRADED,
  /** Nobody has to hold it: COMMIT returns at once, while the source has a lease. */
  ASYNC;

  /** Whether COMMIT waits until voters hold what it committed. */
  public boolean waits() {
    return this != ASYNC;
  }
}
