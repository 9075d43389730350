package io.understudy.daemon.protocol.sim;

/** An invariant did not hold. */
final class Violation extends AssertionError {
  private static final long serialVersionUID = 1;

  private final String invariant;

  Violation(String invariant, String what) {
    super(invariant + ": " + what);
    this.invariant = invariant;
  }

  String invariant() {
    return invariant;
  }
}
