package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.List;
import java.util.function.Consumer;

/**
 * What a voter has written, what of it is on the disk, and what it vouched for. Owned by the {@link
 * VoterRole}.
 */
final class VoterJournal {
  private final Rules rules;
  private final Consumer<Effect> out;
  private Tip appended; // Invariant: durable <= appended
  private Tip durable;
  private Position acked;
  private boolean syncing;

  VoterJournal(VoterStart start, Rules rules, Consumer<Effect> out) {
    this.rules = rules;
    this.out = out;
    this.appended = start.journal();
    this.durable = start.journal();
    this.acked = start.acked();
  }

  Tip appended() {
    return appended;
  }

  Tip durable() {
    return durable;
  }

  Position acked() {
    return acked;
  }

  /** Whether everything that was ever vouched for is still there. */
  boolean complete() {
    return durable.reaches(acked);
  }

  /** Whatever it has, or once had. */
  Position furthest() {
    return Rules.max(durable.position(), acked);
  }

  /** Up to where it may be vouched for. */
  Tip acknowledgeable() {
    return rules.acknowledgeable(appended, durable);
  }

  void append(List<Frame> frames) {
    if (frames.isEmpty()) {
      return;
    }
    for (Frame frame : frames) {
      appended = appended.then(frame);
    }
    out.accept(new Effect.Append(frames));
    sync();
  }

  /** One fsync at a time: what arrives meanwhile shares the next. */
  private void sync() {
    if (!syncing && !durable.equals(appended)) {
      syncing = true;
      out.accept(new Effect.Sync());
    }
  }

  void durable(Tip tip) {
    durable = tip;
    syncing = false;
    sync();
  }

  /** It ends there, and all of it is on the disk. */
  void endsAt(Tip tip) {
    appended = tip;
    durable = tip;
    syncing = false;
  }

  /** Noted before it is said, so that damage below it is known for damage after a restart. */
  void vouch(Position position) {
    if (position.compareTo(acked) > 0) {
      acked = position;
      out.accept(new Effect.SaveAcked(position));
    }
  }

  /** What was cut is nobody's history, so it is not vouched for any more. */
  void forget(CutHistory cuts) {
    acked = cuts.validPart(acked);
    out.accept(new Effect.SaveAcked(acked));
  }
}
