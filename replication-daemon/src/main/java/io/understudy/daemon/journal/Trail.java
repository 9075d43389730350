package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Entry.Abort;
import io.understudy.daemon.journal.Entry.Chunk;
import io.understudy.daemon.journal.Entry.Commit;
import io.understudy.daemon.journal.Entry.Epoch;
import io.understudy.daemon.journal.Entry.Transaction;
import io.understudy.model.Position;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state at the end of a run of frames: the same code gives a new frame its place and checks
 * that a frame that was read stands where it belongs.
 */
final class Trail {
  /**
   * A transaction with chunks and no end.
   *
   * @param content digest of its chunks so far; null if retention dropped the first of them
   */
  private record Open(long firstSequence, @Nullable MessageDigest content) {}

  private static final long BEFORE_THE_JOURNAL = 0;

  private long sequence;
  private Position position;
  private Chain chain;
  private List<Position> epochs;
  private final Map<Long, Open> open = new LinkedHashMap<>();
  private final MessageDigest hash = ContentHash.start();

  private Trail(Origin origin, List<Position> epochs) {
    this.sequence = origin.sequence() - 1;
    this.position = origin.position();
    this.chain = origin.chain();
    this.epochs = epochs;
  }

  static Trail at(Origin origin) {
    return new Trail(origin, List.of());
  }

  /** At the beginning of a journal's first segment: what was open there lacks its beginning. */
  static Trail at(SegmentHeader first) {
    Trail trail = new Trail(first.origin(), first.epochs());
    first.open().forEach(xid -> trail.open.put(xid, new Open(BEFORE_THE_JOURNAL, null)));
    return trail;
  }

  /**
   * At a landmark; {@link #recall} then takes the chunks of the transactions that are open there.
   *
   * @param epochs that began up to there
   */
  static Trail at(Landmark landmark, List<Position> epochs) {
    return new Trail(
        new Origin(landmark.sequence() + 1, landmark.position(), landmark.chain()), epochs);
  }

  /** Takes a chunk that stands before the place where this trail began. */
  void recall(Frame chunk) {
    advance(chunk.sequence(), chunk.entry());
  }

  Position position() {
    return position;
  }

  long nextSequence() {
    return sequence + 1;
  }

  List<Position> epochs() {
    return epochs;
  }

  Set<Long> open() {
    return Set.copyOf(open.keySet());
  }

  SegmentHeader header(long createdMillis) {
    return new SegmentHeader(
        new Origin(sequence + 1, position, chain),
        createdMillis,
        epochs,
        List.copyOf(open.keySet()));
  }

  Landmark landmark(Landmark.Place place) {
    Map<Long, Long> firsts = new HashMap<>();
    open.forEach((xid, it) -> firsts.put(xid, it.firstSequence()));
    return new Landmark(sequence, position, chain, place, firsts);
  }

  /**
   * Refuses entries that cannot follow, before any of them changes anything.
   *
   * @throws IllegalArgumentException naming the entry and the rule
   */
  void check(List<Entry> entries, JournalLimits limits) {
    Position at = position;
    Set<Long> xids = new HashSet<>(open.keySet());
    for (Entry entry : entries) {
      require(Frame.payload(entry).remaining() <= limits.payloadBytesMax(), entry, "is too large");
      switch (entry) {
        case Transaction it -> {
          require(!xids.contains(it.xid()), entry, "has chunks already");
          at = sameEpoch(at, it.position(), entry);
        }
        case Chunk it -> {
          xids.add(it.xid());
          require(xids.size() <= limits.openTransactionsMax(), entry, "is one open too many");
          require(beginningIsHere(it.xid()), entry, "continues what retention dropped");
        }
        case Commit it -> {
          require(xids.remove(it.xid()), entry, "has no chunks");
          require(beginningIsHere(it.xid()), entry, "continues what retention dropped");
          at = sameEpoch(at, it.position(), entry);
        }
        case Abort it -> require(xids.remove(it.xid()), entry, "has no chunks");
        case Epoch it -> {
          require(xids.isEmpty(), entry, "begins while transactions " + xids + " are open");
          require(it.begin().epoch() > at.epoch(), entry, "does not follow epoch " + at.epoch());
          at = it.begin();
        }
      }
    }
  }

  private boolean beginningIsHere(long xid) {
    Open it = open.get(xid);
    return it == null || it.content() != null;
  }

  private static Position sameEpoch(Position at, Position next, Entry entry) {
    require(next.epoch() == at.epoch(), entry, "is not of the journal's epoch " + at.epoch());
    require(next.compareTo(at) > 0, entry, "is not after " + at);
    return next;
  }

  private static void require(boolean holds, Entry entry, String problem) {
    if (!holds) {
      throw new IllegalArgumentException(entry + " " + problem);
    }
  }

  /** Appends an entry that {@link #check} let through. */
  Frame stamp(Entry entry) {
    chain = chainAfter(entry).orElseThrow();
    advance(sequence + 1, entry);
    return new Frame(sequence, position, chain, entry);
  }

  /**
   * Follows a frame that was read, if it is the next one; changes nothing otherwise.
   *
   * @return what is wrong with it
   */
  Optional<String> follow(Frame frame) {
    Position at = positionAfter(frame.entry());
    // A transaction whose beginning retention dropped cannot be hashed again: its frame is trusted.
    Chain expected = chainAfter(frame.entry()).orElse(frame.chain());
    if (frame.sequence() != sequence + 1) {
      return Optional.of("sequence " + frame.sequence() + " where " + (sequence + 1) + " belongs");
    }
    if (!frame.position().equals(at) || at.compareTo(position) < (frame.positioned() ? 1 : 0)) {
      return Optional.of("position " + frame.position() + " does not follow " + position);
    }
    if (ends(frame.entry()).filter(xid -> !open.containsKey(xid)).isPresent()) {
      return Optional.of("the end of a transaction that has no chunks");
    }
    if (!frame.chain().equals(expected)) {
      return Optional.of("the hash chain breaks at " + frame.position());
    }
    chain = expected;
    advance(frame.sequence(), frame.entry());
    return Optional.empty();
  }

  private static Optional<Long> ends(Entry entry) {
    return switch (entry) {
      case Commit it -> Optional.of(it.xid());
      case Abort it -> Optional.of(it.xid());
      case Transaction _, Chunk _, Epoch _ -> Optional.empty();
    };
  }

  private Position positionAfter(Entry entry) {
    return switch (entry) {
      case Transaction it -> it.position();
      case Commit it -> it.position();
      case Epoch it -> it.begin();
      case Chunk _, Abort _ -> position;
    };
  }

  /** Empty if the beginning of the transaction that commits is not known. */
  private Optional<Chain> chainAfter(Entry entry) {
    return switch (entry) {
      case Transaction it -> {
        hash.update(it.payload());
        yield Optional.of(chain.after(it.position(), hash.digest()));
      }
      case Commit it -> {
        Open chunks = open.get(it.xid());
        yield chunks == null || chunks.content() == null
            ? Optional.empty()
            : Optional.of(chain.after(it.position(), copy(chunks.content()).digest()));
      }
      case Chunk _, Abort _, Epoch _ -> Optional.of(chain);
    };
  }

  private void advance(long to, Entry entry) {
    switch (entry) {
      case Chunk it -> {
        Open chunks = open.computeIfAbsent(it.xid(), _ -> new Open(to, ContentHash.start()));
        if (chunks.content() != null) {
          chunks.content().update(it.payload());
        }
      }
      case Commit it -> open.remove(it.xid());
      case Abort it -> open.remove(it.xid());
      case Epoch it -> epochs = appended(epochs, it.begin());
      case Transaction _ -> {}
    }
    position = positionAfter(entry);
    sequence = Math.max(sequence, to);
  }

  private static List<Position> appended(List<Position> epochs, Position begin) {
    List<Position> next = new ArrayList<>(epochs);
    next.add(begin);
    return List.copyOf(
        next.subList(Math.max(0, next.size() - SegmentHeader.EPOCHS_MAX), next.size()));
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("SHA-256 can be copied", e);
    }
  }
}
