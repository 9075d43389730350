package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.util.Optional;
import org.apache.kafka.connect.source.SourceRecord;

/** One event of Debezium Server, as far as the order of events goes. */
sealed interface ServerEvent {
  /** Its place in the primary's log. */
  Lsn at();

  /** A transaction begins. */
  record Begin(long xid, Lsn at) implements ServerEvent {}

  /**
   * A transaction did something.
   *
   * @param order 1 for the first of its transaction, then 2 and so on
   * @param follows where the commit ends that the server saw before this transaction; empty if it
   *     saw none since its start
   */
  record Step(long xid, Lsn at, long order, Optional<Lsn> follows, SourceRecord record)
      implements ServerEvent {}

  /**
   * A transaction was committed.
   *
   * @param at end of the commit record
   */
  record End(long xid, Lsn at, SourceRecord record) implements ServerEvent {}

  /** Something outside of transactions, which the server counts like a commit. */
  record Aside(Lsn at) implements ServerEvent {}
}
