package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Entry.Abort;
import io.understudy.daemon.journal.Entry.Chunk;
import io.understudy.daemon.journal.Entry.Commit;
import io.understudy.daemon.journal.Entry.Epoch;
import io.understudy.daemon.journal.Entry.Transaction;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** The dumb oracle: a list of entries, and every answer worked out from its beginning. */
final class History {
  private final List<Entry> entries;

  History() {
    this(List.of());
  }

  private History(List<Entry> entries) {
    this.entries = new ArrayList<>(entries);
  }

  int size() {
    return entries.size();
  }

  History prefix(int size) {
    return new History(entries.subList(0, size));
  }

  List<Entry> from(int index) {
    return List.copyOf(entries.subList(index, entries.size()));
  }

  void add(Entry entry) {
    entries.add(entry);
  }

  void shorten(int size) {
    entries.subList(size, entries.size()).clear();
  }

  static Optional<Position> position(Entry entry) {
    return switch (entry) {
      case Transaction it -> Optional.of(it.position());
      case Commit it -> Optional.of(it.position());
      case Epoch it -> Optional.of(it.begin());
      case Chunk _, Abort _ -> Optional.empty();
    };
  }

  List<Position> positions() {
    List<Position> positions = new ArrayList<>(List.of(Position.NONE));
    entries.forEach(entry -> position(entry).ifPresent(positions::add));
    return positions;
  }

  Position last() {
    return positions().getLast();
  }

  /** How many entries there are up to the last one at or before a position. */
  int sizeAt(Position position) {
    int size = 0;
    for (int i = 0; i < entries.size(); i++) {
      if (position(entries.get(i)).filter(it -> it.compareTo(position) <= 0).isPresent()) {
        size = i + 1;
      }
    }
    return size;
  }

  List<Position> epochs() {
    return entries.stream()
        .filter(Epoch.class::isInstance)
        .map(it -> ((Epoch) it).begin())
        .toList();
  }

  /** Open transactions, with the index of their first chunk. */
  Map<Long, Integer> open() {
    Map<Long, Integer> open = new LinkedHashMap<>();
    for (int i = 0; i < entries.size(); i++) {
      switch (entries.get(i)) {
        case Chunk it -> open.putIfAbsent(it.xid(), i);
        case Commit it -> open.remove(it.xid());
        case Abort it -> open.remove(it.xid());
        case Transaction _, Epoch _ -> {}
      }
    }
    return open;
  }

  /** What a reader gets who has everything up to a position. */
  List<Entry> after(Position position) {
    int size = sizeAt(position);
    Map<Long, Integer> open = prefix(size).open();
    List<Entry> result = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      boolean needed =
          i >= size
              || (entries.get(i) instanceof Chunk chunk
                  && open.getOrDefault(chunk.xid(), size) <= i);
      if (needed) {
        result.add(entries.get(i));
      }
    }
    return withoutAborted(result);
  }

  /** Aborted transactions may be delivered or not, so nobody compares them. */
  static List<Entry> withoutAborted(List<Entry> entries) {
    List<Entry> result = new ArrayList<>();
    for (Entry entry : entries) {
      if (entry instanceof Abort abort) {
        removeOpenChunks(result, abort.xid());
      } else {
        result.add(entry);
      }
    }
    return result;
  }

  private static void removeOpenChunks(List<Entry> entries, long xid) {
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i) instanceof Commit commit && commit.xid() == xid) {
        return;
      }
      if (entries.get(i) instanceof Chunk chunk && chunk.xid() == xid) {
        entries.remove(i);
      }
    }
  }

  Chain chainAt(Position position) throws Exception {
    byte[] chain = new byte[16];
    Map<Long, ByteArrayOutputStream> contents = new LinkedHashMap<>();
    for (Entry entry : entries.subList(0, sizeAt(position))) {
      switch (entry) {
        case Transaction it -> chain = link(chain, it.position(), bytes(it.payload()));
        case Chunk it ->
            contents
                .computeIfAbsent(it.xid(), _ -> new ByteArrayOutputStream())
                .writeBytes(bytes(it.payload()));
        case Commit it ->
            chain =
                link(
                    chain,
                    it.position(),
                    Objects.requireNonNull(contents.remove(it.xid())).toByteArray());
        case Abort it -> contents.remove(it.xid());
        case Epoch _ -> {}
      }
    }
    return Chain.read(ByteBuffer.wrap(chain));
  }

  private static byte[] link(byte[] chain, Position position, byte[] content) throws Exception {
    ByteArrayOutputStream link = new ByteArrayOutputStream();
    link.writeBytes(chain);
    link.writeBytes(
        ByteBuffer.allocate(16).putLong(position.epoch()).putLong(position.lsn().value()).array());
    link.writeBytes(MessageDigest.getInstance("SHA-256").digest(content));
    return Arrays.copyOf(
        MessageDigest.getInstance("SHA-256").digest(link.toByteArray()), Chain.BYTES);
  }

  private static byte[] bytes(ByteBuffer payload) {
    byte[] bytes = new byte[payload.remaining()];
    payload.get(bytes);
    return bytes;
  }

  /** Entries that can follow this history. */
  List<Entry> randomNext(Random random, int count) {
    History next = prefix(size());
    while (next.size() < size() + count) {
      next.addRandom(random);
    }
    return next.from(size());
  }

  private void addRandom(Random random) {
    Position last = last();
    List<Long> open = List.copyOf(open().keySet());
    if (last.epoch() == 0 || random.nextInt(30) == 0) {
      open.forEach(xid -> add(new Abort(xid)));
      add(new Epoch(new Position(last.epoch() + 1, new Lsn(random.nextInt(1000)))));
      return;
    }
    Position position =
        new Position(last.epoch(), new Lsn(last.lsn().value() + 1 + random.nextInt(50)));
    switch (random.nextInt(open.isEmpty() ? 6 : 10)) {
      case 4, 5 ->
          add(new Chunk(freeXid(random), random.nextLong(), payload(random, random.nextInt(300))));
      case 6, 7 -> add(new Chunk(any(random, open), random.nextLong(), payload(random, 40)));
      case 8 -> add(new Commit(position, any(random, open)));
      case 9 -> add(new Abort(any(random, open)));
      default ->
          add(
              new Transaction(
                  position,
                  freeXid(random),
                  random.nextLong(),
                  payload(random, random.nextInt(300))));
    }
  }

  private long freeXid(Random random) {
    Set<Long> taken = new HashSet<>(open().keySet());
    long xid = random.nextInt(12);
    while (taken.contains(xid)) {
      xid++;
    }
    return xid;
  }

  private static long any(Random random, List<Long> open) {
    return open.get(random.nextInt(open.size()));
  }

  static ByteBuffer payload(Random random, int bytes) {
    byte[] payload = new byte[bytes];
    random.nextBytes(payload);
    return ByteBuffer.wrap(payload);
  }

  @Override
  public String toString() {
    return entries.toString();
  }
}
