package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.List;

/** What travels between daemons. The network may lose, repeat, delay and reorder any of it. */
public sealed interface Message {
  /** To the daemon beside a shadow. */
  sealed interface ToVoter extends Message {
    /** The epoch that it is about. */
    long epoch();
  }

  /** To the daemon beside the primary. */
  sealed interface ToSource extends Message {}

  /** To whoever promotes. */
  sealed interface ToController extends Message {}

  /** Between the adapters while a shadow is copied; no role sees it. */
  sealed interface OfSeeding extends Message {}

  /** What is the tip of your journal at this position of your database? */
  record AskTip(long epoch, Position at) implements OfSeeding {}

  /** The answer, once everything up to there is replicated. */
  record TipAt(long epoch, Position at, Tip tip) implements OfSeeding {}

  /** The source says what epoch it leads: cut what is not history, then answer Joined. */
  record Join(EpochRecord record) implements ToVoter {
    @Override
    public long epoch() {
      return record.epoch();
    }
  }

  /** Frames that follow {@code previous}; without frames a heartbeat. */
  record Batch(long epoch, Tip previous, List<Frame> frames, Position replicated)
      implements ToVoter {}

  /** What you lack is beyond my retention, or you hold something else. */
  record UseSnapshot(long epoch) implements ToVoter {}

  /** A new primary asks for the rest of its own history. */
  record Fetch(long epoch, Tip after, Position upTo) implements ToVoter {}

  /**
   * Will you follow this candidate, and how far do you hold the journal?
   *
   * @param waits whether the record that shall be replaced lets commits wait for voters: then no
   *     lease stands in the way
   */
  record AskPromise(Promise ballot, boolean waits) implements ToVoter {
    @Override
    public long epoch() {
      return ballot.epoch();
    }
  }

  /**
   * Promise nothing for a while, so that COMMIT need not wait for you.
   *
   * @param askedMillis when this was asked, by the source's clock: a name for the answer
   * @param holds where the source's journal ends
   */
  record AskLease(long epoch, long askedMillis, Position holds) implements ToVoter {}

  /** You are the primary; this record says so. */
  record Lead(EpochRecord record) implements ToVoter {
    @Override
    public long epoch() {
      return record.epoch();
    }
  }

  /** I follow your epoch and hold this, durably. */
  record Joined(long epoch, Tip durable) implements ToSource {}

  /** I hold this, durably. */
  record Ack(long epoch, Tip durable) implements ToSource {}

  /** I promise nothing for the term of a lease that begins not before this was asked. */
  record Lease(long epoch, long askedMillis) implements ToSource {}

  /** Your batch does not follow what I hold. */
  record Resend(long epoch, Tip after) implements ToSource {}

  /** I have promised a later epoch and will not follow yours again. */
  record Stale(long promised) implements ToSource {}

  /** I do not follow your epoch yet, for example because I was restarted. */
  record JoinFirst(long epoch) implements ToSource {}

  /** The answer to Fetch. */
  record Fetched(long epoch, Tip previous, List<Frame> frames) implements ToSource {}

  /**
   * The answer to AskPromise, sent after the promise is durable.
   *
   * @param last end of the valid journal, durable
   * @param complete whether that is everything this voter ever acknowledged
   * @param unleased whether every lease that this voter granted, or may have, is over
   * @param heard the furthest that a source ever said to hold, to this voter since it was started
   */
  record Promised(Promise ballot, Tip last, boolean complete, boolean unleased, Position heard)
      implements ToController {}

  /** I have promised the same epoch to another candidate, or a later epoch. */
  record Refused(Promise asked, Promise given) implements ToController {}

  /** The epoch's primary is open. */
  record Opened(long epoch) implements ToController {}
}
