package io.understudy.daemon.endpoint;

import io.understudy.daemon.journal.Chain;
import io.understudy.daemon.journal.Cursor;
import io.understudy.daemon.journal.Entry;
import io.understudy.daemon.journal.Health;
import io.understudy.daemon.journal.Journal;
import io.understudy.daemon.journal.JournalLimits;
import io.understudy.daemon.journal.RetentionPolicy;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A journal in the protocol's terms: tips instead of positions. A payload is the tip before the
 * frame (epoch, LSN, chain: 24 bytes) and the content, so that any place of the journal tells its
 * tip. All methods block; one thread uses it, but for {@link #read}.
 */
final class Ledger implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(Ledger.class);
  private static final int TIP_BYTES = 3 * Long.BYTES;

  private final Path folder;
  private final JournalLimits limits;
  private final InstantSource clock;
  private volatile Journal journal;
  private Tip tip; // Invariant: after the last frame that was written
  private long epoch; // of the last entry: a crash may leave the beginning of an epoch without more
  private boolean damaged;

  private Ledger(Path folder, JournalLimits limits, InstantSource clock) throws IOException {
    this.folder = folder;
    this.limits = limits;
    this.clock = clock;
    this.journal = Journal.open(folder, limits, clock);
    this.tip = mend();
  }

  /** Opens the journal of a folder; what is damaged of it is set aside, to be fetched again. */
  static Ledger open(Path folder, JournalLimits limits, InstantSource clock) throws IOException {
    return new Ledger(folder, limits, clock);
  }

  /** After the last frame. */
  Tip tip() {
    return tip;
  }

  /** Highest position that may ever have been vouched for. */
  Position acked() {
    return journal.acked();
  }

  /** Whether it was found damaged since it was opened first. */
  boolean damaged() {
    return damaged;
  }

  /** Whether it holds no frame, only the point where it begins. */
  boolean isEmpty() {
    return tip.position().equals(journal.first());
  }

  void append(List<Held> frames) throws IOException {
    List<Entry> entries = new ArrayList<>();
    Tip at = tip;
    for (Held held : frames) {
      if (!held.before().equals(at)) {
        throw new IllegalStateException(held.position() + " does not follow " + at.position());
      }
      if (held.position().epoch() > epoch) {
        epoch = held.position().epoch();
        entries.add(new Entry.Epoch(new Position(epoch, Lsn.ZERO))); // before all its positions
      }
      add(entries, held);
      at = held.after();
    }
    journal.append(entries);
    tip = at;
  }

  private void add(List<Entry> entries, Held held) {
    ByteBuffer payload = ByteBuffer.allocate(TIP_BYTES + held.content().length);
    Position before = held.before().position();
    payload.putLong(before.epoch()).putLong(before.lsn().value()).putLong(held.before().chain());
    payload.put(held.content()).flip();
    long xid = held.position().lsn().value(); // Chunks stand together: no two are open at once.
    if (payload.remaining() <= limits.payloadBytesMax()) {
      entries.add(new Entry.Transaction(held.position(), xid, 0, payload));
      return;
    }
    while (payload.hasRemaining()) {
      int length = Math.min(payload.remaining(), limits.payloadBytesMax());
      entries.add(new Entry.Chunk(xid, 0, payload.slice(payload.position(), length)));
      payload.position(payload.position() + length);
    }
    entries.add(new Entry.Commit(held.position(), xid));
  }

  /** Makes everything appended durable. */
  Tip sync() throws IOException {
    journal.sync();
    return tip;
  }

  /** Notes, durably, what may be vouched for from now on; lower than before changes nothing. */
  void markAcked(Position position) throws IOException {
    if (position.compareTo(journal.acked()) > 0) {
      journal.markAcked(position);
    }
  }

  /** The same for what is acknowledged already; nothing happens if it is not durable yet. */
  void noteAcked(Position position) throws IOException {
    if (position.compareTo(journal.last()) <= 0) {
      markAcked(position);
    }
  }

  /** Keeps a copy of the frames past {@code to}, then removes them, durably. */
  Tip truncate(Tip to) throws IOException {
    journal.sync();
    if (to.position().compareTo(tip.position()) < 0) {
      journal.cut(to.position());
      tip = mend();
      if (!tip.equals(to)) {
        throw new IllegalStateException("cut at " + to + ", and the journal ends at " + tip);
      }
    }
    return tip;
  }

  /** Fsyncs, reads everything back, and sets aside everything from the first damage on. */
  Tip verify() throws IOException {
    if (!(journal.health() instanceof Health.Incomplete)) {
      journal.sync();
    }
    Position end = journal.last();
    journal.close();
    journal = Journal.open(folder, limits, clock);
    boolean same = journal.health() instanceof Health.Complete && journal.last().equals(end);
    if (!same) {
      tip = mend();
    }
    return tip;
  }

  /** Begins anew after a snapshot: nothing of what was there stays. */
  void restart(Tip base) throws IOException {
    journal.restart(base.position(), new Chain(base.chain(), 0));
    tip = base;
    epoch = base.position().epoch();
  }

  void retain(RetentionPolicy policy, Position floor) throws IOException {
    journal.retain(policy, floor, clock.instant());
  }

  /** Ends what a crash left open, drops what is damaged, finds the tip. */
  private Tip mend() throws IOException {
    if (journal.health() instanceof Health.Incomplete incomplete) {
      log.warn("{}: incomplete, the rest is fetched again: {}", folder, incomplete.damage());
      damaged = true;
      journal.refetch(journal.acked());
    }
    List<Entry> aborts = new ArrayList<>();
    journal.openTransactions().forEach(xid -> aborts.add(new Entry.Abort(xid)));
    if (!aborts.isEmpty()) {
      journal.append(aborts);
      journal.sync();
    }
    epoch = journal.last().epoch();
    return findTip();
  }

  private Tip findTip() throws IOException {
    Chain base = journal.chainAt(journal.first());
    // The chain of a journal that lost its own beginning is not one of tips: it has to be seeded.
    Tip found = base.low() == 0 ? new Tip(journal.first(), base.high()) : Tip.NONE;
    try (Reading all = new Reading(journal, journal.first())) {
      for (Optional<Held> next = all.next(); next.isPresent(); next = all.next()) {
        found = next.get().after();
      }
    }
    return found;
  }

  /**
   * Reads what follows a tip, durable frames only. Any thread; one thread uses the reading.
   *
   * @return empty if the tip is not one of this journal's, or what follows it is not retained, or
   *     nothing follows it
   * @throws IOException if the journal has rotted there
   */
  Optional<Reading> read(Tip after) throws IOException {
    Optional<Reading> reading = readAfter(after.position());
    if (reading.isPresent() && !reading.get().peek().orElseThrow().before().equals(after)) {
      reading.get().close();
      return Optional.empty();
    }
    return reading;
  }

  /**
   * Reads what follows a position, like {@link #read}.
   *
   * @return empty if no frame ends there, or what follows is not retained, or nothing follows
   */
  Optional<Reading> readAfter(Position after) throws IOException {
    Journal from = journal;
    if (after.compareTo(from.first()) < 0 || after.compareTo(from.last()) >= 0) {
      return Optional.empty();
    }
    Reading reading = new Reading(from, after);
    Optional<Held> first = reading.peek();
    if (first.isEmpty() || !first.get().before().position().equals(after)) {
      reading.close();
      return Optional.empty();
    }
    return Optional.of(reading);
  }

  /** Whether frames that were good once are not any more. Any thread. */
  boolean hasRotted() {
    return journal.health() instanceof Health.Incomplete;
  }

  /** Whether a reading that was begun before still sees what is appended. Any thread. */
  boolean isCurrent(Reading reading) {
    return reading.journal == journal;
  }

  @Override
  public void close() throws IOException {
    journal.close();
  }

  /** Reads whole frames, in order. */
  static final class Reading implements Closeable {
    private final Journal journal;
    private final Cursor cursor;
    private final ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    private @Nullable Held peeked;

    private Reading(Journal journal, Position after) throws IOException {
      this.journal = journal;
      this.cursor = journal.read(after);
    }

    /** The next frame, without taking it; empty if there is none yet. */
    Optional<Held> peek() throws IOException {
      if (peeked == null) {
        peeked = take();
      }
      return Optional.ofNullable(peeked);
    }

    /** The next frame; empty if there is none yet. */
    Optional<Held> next() throws IOException {
      Optional<Held> next = peek();
      peeked = null;
      return next;
    }

    private @Nullable Held take() throws IOException {
      for (Optional<Entry> entry = cursor.next(); entry.isPresent(); entry = cursor.next()) {
        switch (entry.get()) {
          case Entry.Transaction it -> {
            return held(it.position(), it.payload());
          }
          case Entry.Chunk it -> {
            byte[] bytes = new byte[it.payload().remaining()];
            it.payload().get(bytes);
            chunks.writeBytes(bytes);
          }
          case Entry.Commit it -> {
            Held held = held(it.position(), ByteBuffer.wrap(chunks.toByteArray()));
            chunks.reset();
            return held;
          }
          case Entry.Abort _ -> chunks.reset();
          case Entry.Epoch _ -> {}
        }
      }
      return null;
    }

    private static Held held(Position position, ByteBuffer payload) {
      Position before = new Position(payload.getLong(), new Lsn(payload.getLong()));
      Tip tip = new Tip(before, payload.getLong());
      byte[] content = new byte[payload.remaining()];
      payload.get(content);
      return new Held(tip, Held.frame(position, content), content);
    }

    @Override
    public void close() throws IOException {
      cursor.close();
    }
  }
}
