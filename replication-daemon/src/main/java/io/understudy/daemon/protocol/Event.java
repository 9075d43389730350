package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.List;

/** What happens to a state machine. Completions of one journal come in the order of its effects. */
public sealed interface Event {
  /** Happens to a {@link VoterRole}. */
  sealed interface OfVoter extends Event {}

  /** Happens to a {@link SourceRole}. */
  sealed interface OfSource extends Event {}

  /** Happens to a {@link Promotion}. */
  sealed interface OfPromotion extends Event {}

  record VoterReceived(String from, Message.ToVoter message) implements OfVoter {}

  record SourceReceived(String from, Message.ToSource message) implements OfSource {}

  record ControllerReceived(String from, Message.ToController message) implements OfPromotion {}

  /**
   * Time passed; the only clock there is. It is monotonic, and was read after everything that this
   * machine was told before.
   */
  record Tick(long nowMillis) implements OfSource, OfVoter, OfPromotion {}

  /** The primary's database committed this; it may come again after a restart. */
  record Captured(Frame frame) implements OfSource {}

  /** Everything up to {@code tip} survives a crash. */
  record JournalDurable(Tip tip) implements OfSource, OfVoter {}

  /** An append or fsync failed: what is durable of the rest is unknown, for ever. */
  record JournalFailed() implements OfSource, OfVoter {}

  /** The database takes no writes of earlier epochs; this is what it contains. */
  record Closed(Position contains) implements OfVoter {}

  /** The journal was read back; {@code valid} is where it ends now, and all of it is durable. */
  record JournalScanned(Tip valid) implements OfVoter {}

  /** What was past the cut is gone from the journal, durably, and kept as a copy. */
  record Truncated(Tip tip) implements OfVoter {}

  /** The promise survives a crash. */
  record PromiseSaved(Promise promise) implements OfVoter {}

  record FramesRead(String peer, Tip previous, List<Frame> frames) implements OfSource, OfVoter {}

  /** The own journal does not hold what follows: beyond retention, or another history. */
  record CannotRead(String peer) implements OfSource, OfVoter {}

  /** The own database contains everything up to here. */
  record Applied(Position position) implements OfSource, OfVoter {}

  /** Database and journal both start at this point of the primary's history, durably. */
  record Reseeded(Tip tip) implements OfVoter {}

  /** The database is as the primary's was at this point of its history; the journal stays. */
  record DatabaseCopied(Position position) implements OfVoter {}

  record ReseedFailed() implements OfVoter {}

  record Disconnected(String peer) implements OfSource {}

  /**
   * COMMIT waits for ConfirmSlot.
   *
   * @param all everything that did not wait is at or before this
   */
  record Tightened(Position all) implements OfSource {}

  /** The database takes no writes any more, because nobody extended the time for which it may. */
  record Lapsed() implements OfSource {}

  /** Somebody speaks of a later epoch than this source leads. */
  record Superseded(long epoch) implements OfSource {}

  /** An order to change the voters; it is in force once the record says so. */
  record ChangeElectorate(Electorate electorate, Durability durability) implements OfSource {}

  /** What the control store holds now: the answer to a read, and to a write won or lost. */
  record RecordSeen(EpochRecord record) implements OfSource, OfPromotion {}

  /** A read or write of the control store got no answer; a write may still happen. */
  record RecordUnknown() implements OfSource, OfPromotion {}
}
