package io.understudy.daemon.protocol;

import io.understudy.model.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The daemon beside a shadow: journals, acknowledges after its fsync, applies what is replicated,
 * and promises. One owner; pure.
 *
 * <p>Two numbers decide whom it follows: the epoch it joined and the epoch it promised. While they
 * are equal it follows; once the promise is higher, its journal stands still until a source shows
 * the record of that epoch or a later one. Damage needs no state: the journal is then shorter than
 * what the voter vouched for ({@code acked}), which makes it incomplete until the source has sent
 * the rest again.
 */
public final class VoterRole {
  /** Where a voter stands. */
  public enum Phase {
    /** Follows nobody and has promised nothing: a new voter. */
    UNJOINED,
    /** Cuts its journal to the history of the epoch that it joins. */
    JOINING,
    FOLLOWING,
    /** Follows with its journal, while its database alone is being made equal to the primary's. */
    COPYING,
    /** Has promised an epoch that it has not joined; takes nothing of the epochs before. */
    PROMISED,
    /** Its journal lacks what it needs: both are begun anew from the primary's database. */
    RESEEDING,
    /** Its disk failed: it says nothing until it is started again. */
    FAILED
  }

  private enum Work {
    NONE,
    JOINING,
    LEADING,
    RESEEDING
  }

  private final String self;
  private final Rules rules;
  private List<Effect> out = new ArrayList<>();
  private Work work = Work.NONE;
  private boolean closed; // while joining: the database refuses writes of earlier epochs
  private boolean failed;
  private @Nullable Promise promise;
  private boolean promiseDurable;
  private @Nullable String asker; // who waits for the answer to the promise
  private @Nullable EpochRecord record;
  private final VoterJournal journal;
  private final ShadowProgress shadow;
  private final Grants grants;
  private Position heard = Position.NONE; // the furthest that a source said to hold

  public VoterRole(VoterStart start) {
    this(start, new Rules());
  }

  VoterRole(VoterStart start, Rules rules) {
    this.self = start.self();
    this.rules = rules;
    this.promise = start.promise();
    this.promiseDurable = true;
    this.journal = new VoterJournal(start, rules, effect -> out.add(effect));
    this.shadow = new ShadowProgress(rules, start.applied());
    this.grants = new Grants(rules, start.lease());
  }

  public Phase phase() {
    if (failed) {
      return Phase.FAILED;
    }
    if (work != Work.NONE) {
      return work == Work.RESEEDING ? Phase.RESEEDING : Phase.JOINING;
    }
    if (promisedEpoch() > epoch()) {
      return Phase.PROMISED;
    }
    if (record == null) {
      return Phase.UNJOINED;
    }
    return shadow.copying() ? Phase.COPYING : Phase.FOLLOWING;
  }

  /** The epoch that it joined last, 0 if none. */
  public long epoch() {
    return record == null ? 0 : record.epoch();
  }

  /** The primary that it follows; empty while it follows none. */
  public Optional<String> followed() {
    return Optional.ofNullable(phase() == Phase.FOLLOWING ? record : null)
        .map(EpochRecord::primary);
  }

  /** Whether it still holds everything that it ever vouched for. */
  public boolean complete() {
    return journal.complete();
  }

  /** What has to be done because of this event, in this order. */
  public List<Effect> step(Event.OfVoter event) {
    if (failed) {
      return List.of();
    }
    out = new ArrayList<>();
    switch (event) {
      case Event.VoterReceived(String from, Message.ToVoter message) -> receive(from, message);
      case Event.JournalDurable(Tip tip) -> onDurable(tip);
      case Event.JournalFailed() -> failed = true;
      case Event.JournalScanned(Tip valid) -> onScanned(valid);
      case Event.PromiseSaved(Promise saved) -> onPromiseSaved(saved);
      case Event.Closed(Position contains) -> onClosed(contains);
      case Event.Truncated(Tip tip) -> onTruncated(tip);
      case Event.FramesRead(String peer, Tip previous, List<Frame> frames) ->
          send(peer, new Message.Fetched(epoch(), previous, frames));
      case Event.CannotRead(String peer) -> {} // whoever asked asks somebody else
      case Event.Applied(Position position) -> onApplied(position);
      case Event.Reseeded(Tip tip) -> onReseeded(tip);
      case Event.DatabaseCopied(Position position) -> onDatabaseCopied(position);
      case Event.ReseedFailed() -> onReseedFailed();
      case Event.Tick(long now) -> onTick(now);
    }
    return out;
  }

  private void receive(String from, Message.ToVoter message) {
    switch (message) {
      case Message.Batch batch -> onBatch(from, batch);
      case Message.Join(EpochRecord joined) -> onJoin(from, joined);
      case Message.Lead(EpochRecord led) -> onLead(led);
      case Message.AskPromise ask -> onAskPromise(from, ask);
      case Message.Fetch fetch -> onFetch(from, fetch);
      case Message.UseSnapshot(long epoch) -> onUseSnapshot(epoch);
      case Message.AskLease ask -> onAskLease(from, ask);
    }
  }

  // -- journal, acknowledge, apply

  private void onBatch(String from, Message.Batch batch) {
    if (!serves(from, batch.epoch())) {
      return;
    }
    shadow.replicated(batch.replicated());
    List<Frame> frames = batch.frames();
    Tip at = batch.previous();
    int known = 0;
    while (known < frames.size() && !at.reaches(journal.appended().position())) {
      at = at.then(frames.get(known++));
    }
    if (at.equals(journal.appended())) {
      journal.append(frames.subList(known, frames.size()));
    } else if (at.reaches(journal.appended().position())) {
      send(from, new Message.Resend(batch.epoch(), journal.durable())); // a gap, or another chain
    }
    acknowledge(known == frames.size());
    apply();
  }

  /** Whether it serves the source of this epoch; a source that it does not serve is told. */
  private boolean serves(String from, long epoch) {
    if (work == Work.NONE && !serves(epoch)) {
      boolean stale = promisedEpoch() > epoch;
      send(from, stale ? new Message.Stale(promisedEpoch()) : new Message.JoinFirst(epoch));
    }
    return serves(epoch);
  }

  private boolean serves(long epoch) {
    return work == Work.NONE && rules.accepts(epoch, epoch(), promisedEpoch());
  }

  private void onDurable(Tip tip) {
    journal.durable(tip);
    acknowledge(false);
    apply();
  }

  /**
   * Vouches for what is durable, to the source of the epoch in force.
   *
   * @param again even if it was said before, because that answer may be lost
   */
  private void acknowledge(boolean again) {
    Tip held = journal.acknowledgeable();
    EpochRecord followed = record;
    if (followed == null || !follows()) {
      return;
    }
    if (again || held.position().compareTo(journal.acked()) > 0) {
      journal.vouch(held.position());
      send(followed.primary(), new Message.Ack(followed.epoch(), held));
    }
  }

  /** Not after a copy or a lead that failed: only joining tells whether the database is history. */
  private void apply() {
    if (work == Work.NONE && record != null) {
      shadow.next(journal.durable().position()).ifPresent(upTo -> out.add(new Effect.Apply(upTo)));
    }
  }

  private void onApplied(Position position) {
    if (work != Work.RESEEDING && !shadow.copying()) {
      shadow.contains(position);
      apply();
    }
  }

  // -- promise

  private void onAskLease(String from, Message.AskLease ask) {
    if (serves(from, ask.epoch())) {
      heard = Rules.max(heard, ask.holds());
      grants.ask(new Grants.Asked(from, ask));
    }
  }

  private void onTick(long now) {
    Grants.Asked granted = grants.tick(now, this::serves);
    if (granted != null) {
      send(granted.source(), granted.answer());
    }
  }

  private void onAskPromise(String from, Message.AskPromise ask) {
    Promise asked = ask.ballot();
    if (work != Work.NONE || !(ask.waits() || grants.mayPromise())) {
      return; // asked again when this is over
    }
    if (!rules.mayPromise(asked, promise)) {
      send(from, new Message.Refused(asked, Objects.requireNonNull(promise)));
    } else if (asked.epoch() > epoch()) {
      boolean underWay = asker != null && asked.equals(promise);
      asker = from;
      if (!underWay) { // Else every reminder would have the whole journal read once more.
        give(asked);
      }
    }
  }

  /** From here on nothing of an earlier epoch is journalled or acknowledged. */
  private void give(Promise next) {
    promise = next;
    promiseDurable = false;
    out.add(new Effect.SavePromise(next));
  }

  private void onPromiseSaved(Promise saved) {
    if (promiseDurable || !saved.equals(promise)) {
      return; // said twice, or a later one is on its way to the disk
    }
    promiseDurable = true;
    if (joining()) {
      if (closed) {
        cut();
      }
    } else if (asker != null) {
      out.add(new Effect.Verify()); // "complete" is checked, not remembered
    }
  }

  private void onScanned(Tip valid) {
    journal.endsAt(valid);
    if (work != Work.NONE) {
      return;
    }
    if (asker != null && promise != null && promiseDurable) {
      boolean complete = complete();
      journal.vouch(valid.position());
      send(asker, new Message.Promised(promise, valid, complete, grants.mayPromise(), heard));
      asker = null;
    } else if (record != null && follows()) {
      send(record.primary(), new Message.Resend(record.epoch(), valid));
    }
  }

  // -- join, lead, reseed

  private void onJoin(String from, EpochRecord joined) {
    if (work != Work.NONE || joined.primary().equals(self)) {
      return;
    }
    if (joined.epoch() < promisedEpoch()) {
      send(from, new Message.Stale(promisedEpoch()));
    } else if (joined.epoch() == epoch()) {
      record = joined;
      answerJoined(joined);
    } else {
      enter(joined, Work.JOINING);
    }
  }

  private void onLead(EpochRecord led) {
    boolean mine = led.primary().equals(self) && led.epoch() >= promisedEpoch();
    if (work == Work.NONE && mine) {
      enter(led, Work.LEADING);
    }
  }

  private void enter(EpochRecord next, Work why) {
    record = next;
    work = why;
    asker = null;
    closed = false;
    shadow.abandonCopy(); // Close ends it
    out.add(new Effect.Close(next.epoch()));
  }

  /** A record that was decided binds like a promise, so it is made durable like one. */
  private void onClosed(Position contains) {
    EpochRecord next = record;
    if (next == null || !joining() || closed) {
      return;
    }
    closed = true;
    shadow.contains(contains);
    if (promisedEpoch() < next.epoch()) {
      give(new Promise(next.epoch(), next.primary()));
    } else if (promiseDurable) {
      cut();
    }
  }

  private boolean joining() {
    return work == Work.JOINING || work == Work.LEADING;
  }

  private void cut() {
    out.add(
        new Effect.Truncate(Objects.requireNonNull(record).cuts().validPart(journal.appended())));
  }

  private void onTruncated(Tip tip) {
    EpochRecord joined = record;
    Work was = work;
    if (joined == null || !joining()) {
      return;
    }
    work = Work.NONE;
    journal.endsAt(tip);
    journal.forget(joined.cuts());
    boolean sound = joined.cuts().validPart(tip).equals(tip); // not if it began past the cut
    boolean database = joined.cuts().validPart(shadow.applied()).equals(shadow.applied());
    if (was == Work.LEADING && database && sound) {
      out.add(new Effect.TakeLead(joined));
    } else if (was == Work.LEADING) {
      record = null; // it ran past the cut: it cannot lead before it was copied anew
    } else if (!sound) {
      reseed(joined);
    } else {
      if (!database) {
        copy(joined);
      }
      answerJoined(joined);
    }
  }

  private void answerJoined(EpochRecord joined) {
    journal.vouch(journal.durable().position());
    send(joined.primary(), new Message.Joined(joined.epoch(), journal.durable()));
  }

  private void onUseSnapshot(long epoch) {
    if (record != null && follows() && epoch == epoch()) {
      reseed(record);
    }
  }

  private void reseed(EpochRecord joined) {
    work = Work.RESEEDING;
    shadow.abandonCopy();
    Position atLeast = Rules.max(journal.furthest(), joined.cut().position());
    out.add(new Effect.Reseed(joined.primary(), atLeast));
  }

  /**
   * The journal counts meanwhile: a copy waits for the commits that are under way, and those may
   * wait for this very voter.
   */
  private void copy(EpochRecord joined) {
    shadow.beginCopy();
    out.add(new Effect.CopyDatabase(joined.primary(), joined.cut().position()));
  }

  private void onDatabaseCopied(Position position) {
    if (shadow.copying()) {
      shadow.copied(position);
      apply();
    }
  }

  private void onReseeded(Tip tip) {
    if (work == Work.RESEEDING && record != null) {
      work = Work.NONE;
      journal.endsAt(tip);
      shadow.copied(tip.position());
      answerJoined(record);
    }
  }

  private void onReseedFailed() {
    if (work == Work.RESEEDING) {
      work = Work.NONE;
      record = null;
    } else if (phase() == Phase.COPYING && record != null) {
      copy(record);
    }
  }

  // -- serve a new primary that lacks a part of its own history

  private void onFetch(String from, Message.Fetch fetch) {
    if (follows() && fetch.epoch() == epoch()) {
      out.add(new Effect.Read(from, fetch.after(), fetch.upTo()));
    }
  }

  private void send(String to, Message message) {
    out.add(new Effect.Send(to, message));
  }

  private boolean follows() {
    return phase() == Phase.FOLLOWING || phase() == Phase.COPYING;
  }

  private long promisedEpoch() {
    return promise == null ? 0 : promise.epoch();
  }
}
