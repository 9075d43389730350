package io.understudy.daemon.control;

import java.io.IOException;
import java.util.Optional;

/** Where control records live. Durable, and changed by compare-and-set only. */
public interface ControlStore {

  /**
   * The record of a service, empty before its first epoch.
   *
   * @throws IOException if it cannot be read, or what is there is not a record
   */
  Optional<ControlRecord> read(String service) throws IOException;

  /**
   * Replaces {@code expected} by {@code next}, durably before it returns.
   *
   * @param expected what must be there now; empty if nothing may be there
   * @return whether it was there; if not, nothing was changed
   * @throws IOException if the outcome is unknown: read it back before doing anything
   */
  boolean compareAndSet(Optional<ControlRecord> expected, ControlRecord next) throws IOException;
}
