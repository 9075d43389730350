package io.understudy.daemon.service;

import io.understudy.daemon.control.ControlRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The state synchronisation of one service, as its supervisor orders and sees it. Owned by the
 * supervisor's thread; methods may block for as long as a database or a disk takes to answer.
 */
interface StateSync extends AutoCloseable {
  /** What came of the attempt to give the writes to another endpoint. */
  sealed interface Outcome {
    /**
     * It was decided; {@link #record} says it too.
     *
     * @param record the new record
     */
    record Decided(ControlRecord record) implements Outcome {}

    /**
     * Nothing was decided.
     *
     * @param reason why
     */
    record Refused(String reason) implements Outcome {}

    /** It goes on; ask again. */
    record UnderWay() implements Outcome {}
  }

  /** Looks at what has happened; called in each tick, before anything else. */
  void look(Instant now);

  /** Who owns the writes, as far as it was decided. */
  ControlRecord record();

  /** Empty while there are none in this epoch. */
  Optional<Copies> copies();

  /** What is not as it should be. */
  Optional<String> trouble();

  /** Why the primary counts as dead, beyond what probes of its application and database see. */
  Optional<String> death(Instant now);

  /**
   * Brings the world to what the record says, step by step, again and again.
   *
   * @return why the primary is not open yet; empty once it is
   */
  Optional<String> open();

  /** How long to wait before another attempt to open. */
  Duration retryAfter();

  /** Begins anew what has ended by itself while the primary is well. */
  void renew(Instant now);

  /**
   * Takes the writes away from a primary that is alive, where that has to be done before.
   *
   * @return why not, after the primary was opened again; empty if it can be succeeded
   */
  Optional<String> closePrimary();

  /**
   * Ends the epoch and gives the writes to another endpoint.
   *
   * @param target who shall follow, if an operator said so
   * @param alive whether the primary was closed by {@link #closePrimary}
   */
  Outcome succeed(Optional<String> target, boolean alive);

  /** Makes a failed copy anew. */
  void reseed(String endpoint);

  /** Stops in order. */
  @Override
  void close();
}
