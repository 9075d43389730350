package io.understudy.daemon.shift;

import io.understudy.model.Share;
import java.time.Instant;
import java.util.Optional;

/** What an operator has said about a shift; every order ends by itself. */
public sealed interface OperatorOrder {

  boolean endedBy(Instant now);

  /** No order: the controller decides. */
  record None() implements OperatorOrder {
    @Override
    public boolean endedBy(Instant now) {
      return false;
    }
  }

  /**
   * No user moves in either direction, except away from a shadow that cannot serve.
   *
   * @param until when it ends
   */
  record Freeze(Instant until) implements OperatorOrder {
    @Override
    public boolean endedBy(Instant now) {
      return !now.isBefore(until);
    }
  }

  /**
   * Shares as the operator says, whatever the risk; still nobody on a shadow that cannot serve.
   *
   * @param share the share
   * @param cohort whose share it is; empty for all
   * @param until when it ends
   */
  record FixedShare(Share share, Optional<String> cohort, Instant until) implements OperatorOrder {
    @Override
    public boolean endedBy(Instant now) {
      return !now.isBefore(until);
    }
  }
}
