package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that safety hangs on, one rule a method. The roles ask here and nowhere else; the
 * simulation proves that breaking any one of them is found.
 */
class Rules {
  /** A voter vouches for what its fsync returned, never for what it has only written. */
  Tip acknowledgeable(Tip appended, Tip durable) {
    return durable;
  }

  /** A voter takes frames of the epoch it joined, unless it has promised a later one (I2). */
  boolean accepts(long batchEpoch, long joined, long promised) {
    return batchEpoch == joined && promised <= joined;
  }

  /** One candidate per epoch, and no epoch below one already promised. */
  boolean mayPromise(Promise asked, @Nullable Promise given) {
    return given == null || asked.epoch() > given.epoch() || asked.equals(given);
  }

  /** A shadow applies what it holds and what is replicated, never more (I3). */
  Position applicable(Position durable, Position replicated) {
    return min(durable, replicated);
  }

  /** What k voters hold (I4). */
  Position replicated(Electorate electorate, Map<String, Position> acks) {
    return electorate.held(acks);
  }

  /** The record alone says how many voters are needed, however few can be reached. */
  Electorate inForce(EpochRecord record, Set<String> reachable) {
    return record.electorate();
  }

  /** COMMIT returns when k voters <em>and</em> the source's own journal hold it (I6). */
  Position confirmable(Position replicated, Position ownDurable) {
    return min(replicated, ownDurable);
  }

  /**
   * Only a voter that still has everything it vouched for helps a promotion (I1). Where commits
   * wait, voters that promised starve the old primary; where they do not, its lease must be over
   * (I8), also for a promise that was given when they still did.
   */
  boolean counts(Message.Promised answer, Durability worth) {
    return answer.complete() && (worth.waits() || answer.unleased());
  }

  /** A voter that granted a lease is free of it when that is over, and not earlier (I8). */
  boolean mayPromiseAt(long nowMillis, long leasedUntilMillis) {
    return nowMillis > leasedUntilMillis;
  }

  /** A database that waits for nobody closes before any voter of its lease may promise (I8). */
  long openUntil(LeaseTerms terms, long askedMillis) {
    return terms.openUntil(askedMillis);
  }

  /** The record says that commits wait once all that did not wait is replicated. */
  boolean maySayWaits(@Nullable Position withoutWaiting, Position confirmed) {
    return withoutWaiting != null && confirmed.compareTo(withoutWaiting) >= 0;
  }

  /** COMMIT stops waiting once the record says so, and nobody else can have changed it. */
  boolean mayRelax(EpochRecord record, @Nullable EpochRecord proposed) {
    return !record.durability().waits() && (proposed == null || !proposed.durability().waits());
  }

  static Position min(Position a, Position b) {
    return a.compareTo(b) <= 0 ? a : b;
  }

  static Position max(Position a, Position b) {
    return a.compareTo(b) >= 0 ? a : b;
  }
}
