package io.understudy.daemon.control;

import io.understudy.daemon.protocol.EpochRecord;
import java.io.IOException;
import java.util.Optional;

/**
 * Where the epoch records of services live: the one place where a promotion is decided. Durable,
 * shared by all daemons of a service, changed by compare-and-set only. All methods block; any
 * thread.
 */
public interface EpochStore {
  /**
   * The record of a service, empty before its first epoch.
   *
   * @throws IOException if it cannot be read, or what is there is not a record
   */
  Optional<EpochRecord> read(String service) throws IOException;

  /**
   * Writes the first record of a service, durably before it returns, unless there is one.
   *
   * @return what is there now
   * @throws IOException if the outcome is unknown: read it back before doing anything
   */
  EpochRecord found(String service, EpochRecord first) throws IOException;

  /**
   * Replaces {@code expected} by {@code next}, durably before it returns, if {@code expected} is
   * there.
   *
   * @return what is there now: {@code next}, or what prevented it
   * @throws IOException if the outcome is unknown: read it back before doing anything
   */
  EpochRecord compareAndSet(String service, EpochRecord expected, EpochRecord next)
      throws IOException;
}
