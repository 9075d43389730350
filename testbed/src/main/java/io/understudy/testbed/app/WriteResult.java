package io.understudy.testbed.app;

import io.understudy.model.Lsn;

/** What the database made of a write. */
sealed interface WriteResult {
  /**
   * It is committed here.
   *
   * @param version the order's version now
   * @param lsn the commit lies before this position
   */
  record Committed(int version, Lsn lsn) implements WriteResult {}

  /** Refused, no effect: this endpoint is not the open primary. */
  record Refused() implements WriteResult {}

  /** No effect: there is no such order. */
  record NotFound() implements WriteResult {}

  /** No effect: there is such an order already. */
  record Exists() implements WriteResult {}

  /** No effect: the database could not do it. */
  record Failed(String reason) implements WriteResult {}

  /** The database went away while it did it. */
  record Unknown(String reason) implements WriteResult {}
}
