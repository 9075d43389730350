package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.List;
import java.util.Optional;

/**
 * What a state machine wants done. Effects are carried out in their order; after one that fails the
 * rest of the list is dropped, so that nothing is said that was not done before.
 */
public sealed interface Effect {
  /** After one that failed, every later one of that journal fails too: a gap would be worse. */
  record Append(List<Frame> frames) implements Effect {}

  /** Answered by JournalDurable or JournalFailed; never tried again after a failure. */
  record Sync() implements Effect {}

  /** Keeps a copy of the frames past {@code to}, then removes them, durably (Truncated). */
  record Truncate(Tip to) implements Effect {}

  /** Fsyncs, reads everything back and cuts at the first damage (JournalScanned). */
  record Verify() implements Effect {}

  /** Stores, apart from the journal and durably before the next effect, what was vouched for. */
  record SaveAcked(Position position) implements Effect {}

  /** Answered by PromiseSaved. */
  record SavePromise(Promise promise) implements Effect {}

  /** Answered by FramesRead, with at most one batch, or CannotRead. */
  record Read(String peer, Tip after, Position upTo) implements Effect {}

  /** Take no writes of epochs before this one (Closed). */
  record Close(long epoch) implements Effect {}

  /** Answered by Applied; data and position change in one transaction. */
  record Apply(Position upTo) implements Effect {}

  /**
   * Begins database and journal anew from a snapshot of the primary at {@code atLeast} or later,
   * within the watermark (Reseeded or ReseedFailed).
   */
  record Reseed(String from, Position atLeast) implements Effect {}

  /**
   * The same for the database alone (DatabaseCopied or ReseedFailed), until it is done or the next
   * Close or Reseed, after which it neither changes nor answers anything.
   */
  record CopyDatabase(String from, Position atLeast) implements Effect {}

  record Send(String to, Message message) implements Effect {}

  /** <b>Acknowledges</b>: the database returns every COMMIT up to here. */
  record ConfirmSlot(Position position) implements Effect {}

  /**
   * Open the database for writes and tell whoever promotes.
   *
   * @param waits whether COMMIT waits for ConfirmSlot, before anybody can write
   */
  record Open(long epoch, boolean waits) implements Effect {}

  /**
   * While COMMIT does not wait, the database closes itself at this time of this source's clock,
   * also if this daemon is stopped or dead by then. Holds for the Open or Relax that follows.
   */
  record Extend(long untilMillis) implements Effect {}

  /** Take no write, of this epoch neither, until Open. */
  record Shut(long epoch) implements Effect {}

  /** COMMIT waits for ConfirmSlot from then on (Tightened). */
  record Tighten() implements Effect {}

  /** COMMIT returns at once from then on. */
  record Relax() implements Effect {}

  /** This daemon is a source no longer; it goes on as a voter. */
  record StepDown(long epoch) implements Effect {}

  /** This daemon becomes the source of this record's epoch. */
  record TakeLead(EpochRecord record) implements Effect {}

  /** Answered by RecordSeen or RecordUnknown. */
  record ReadRecord() implements Effect {}

  /** Compare-and-set; answered by RecordSeen or RecordUnknown. */
  record WriteRecord(EpochRecord expected, EpochRecord next) implements Effect {}

  /** The promotion is over. */
  record Finish(Outcome outcome) implements Effect {}

  /** How a promotion ended. */
  sealed interface Outcome {
    /**
     * The epoch is open.
     *
     * @param gap what may be lost; nothing is if it is empty
     */
    record Promoted(EpochRecord record, Optional<Gap> gap) implements Outcome {}

    /** Nothing was opened by this promotion; somebody has to look at the reason. */
    record Declined(String reason) implements Outcome {}
  }
}
