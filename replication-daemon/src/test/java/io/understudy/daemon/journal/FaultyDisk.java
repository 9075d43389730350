package io.understudy.daemon.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A disk in memory that keeps apart what is durable and what a crash may take: any subset of the
 * bytes and names that no force has covered. It fails at the n-th change, in the way it is told to.
 */
final class FaultyDisk implements Disk {
  /** How a change of the disk fails. */
  enum Fault {
    /** Nothing happens after this, in any file; part of the change may have happened. */
    CRASH,
    /** This change fails, and what it should have made durable may be lost for good. */
    EIO,
    /** This and every further write fails after some bytes. */
    FULL
  }

  private static final class Inode {
    byte[] durable = new byte[0];
    byte[] content = new byte[0];
    // Not covered by a force yet, the oldest first.
    final List<Write> pending = new ArrayList<>();
  }

  private static final class Write {
    final int at;
    final byte[] bytes;

    Write(int at, byte[] bytes) {
      this.at = at;
      this.bytes = bytes;
    }
  }

  private final Random random;
  private final Map<String, Inode> durableNames = new TreeMap<>();
  private final List<Consumer<Map<String, Inode>>> pendingNames = new ArrayList<>();
  private final Set<String> locks = new HashSet<>();
  private Map<String, Inode> names = new TreeMap<>();
  private @Nullable Fault fault;
  private long faultAt;
  private long changes;
  private boolean full;
  private boolean crashed;
  private long unreadableFrom = Long.MAX_VALUE;
  private String unreadableFile = "";

  FaultyDisk(Random random) {
    this.random = random;
  }

  /** The n-th change from now on fails; 1 is the next one. */
  void failAt(Fault newFault, long n) {
    fault = newFault;
    faultAt = changes + n;
  }

  void failNever() {
    fault = null;
    full = false;
  }

  /** Writes, forces and changes of names so far. */
  long changes() {
    return changes;
  }

  boolean crashed() {
    return crashed;
  }

  /** Reads of this file at or after this offset fail. */
  void unreadable(String name, long from) {
    unreadableFile = name;
    unreadableFrom = from;
  }

  /** The machine starts again: of what was not forced, any part is there. */
  void restart() {
    for (Inode inode : new HashSet<>(names.values())) {
      inode.content = survivor(inode);
      inode.durable = inode.content.clone();
      inode.pending.clear();
    }
    Map<String, Inode> after = new TreeMap<>(durableNames);
    for (Inode inode : new HashSet<>(after.values())) {
      if (!names.containsValue(inode)) {
        inode.content = survivor(inode);
        inode.durable = inode.content.clone();
        inode.pending.clear();
      }
    }
    pendingNames.forEach(change -> {
      if (random.nextBoolean()) {
        change.accept(after);
      }
    });
    names = after;
    durableNames.clear();
    durableNames.putAll(after);
    pendingNames.clear();
    locks.clear();
    crashed = false;
    failNever();
  }

  private byte[] survivor(Inode inode) {
    byte[] bytes = inode.durable.clone();
    for (Write write : inode.pending) {
      int length = write.bytes.length;
      int begin = 0;
      int end = length;
      switch (random.nextInt(4)) {
        case 0 -> end = 0;
        case 1 -> end = random.nextInt(length + 1);
        case 2 -> begin = random.nextInt(length + 1);
        default -> {}
      }
      if (begin < end) {
        bytes = put(bytes, write.at + begin, Arrays.copyOfRange(write.bytes, begin, end));
      }
    }
    return bytes;
  }

  private static byte[] put(byte[] into, int at, byte[] bytes) {
    byte[] result = Arrays.copyOf(into, Math.max(into.length, at + bytes.length));
    System.arraycopy(bytes, 0, result, at, bytes.length);
    return result;
  }

  /** Content of a file, to look at or to spoil. */
  byte[] bytes(String name) {
    return inode(name).content;
  }

  void replace(String name, byte[] bytes) {
    Inode inode = names.computeIfAbsent(name, _ -> new Inode());
    inode.content = bytes.clone();
    inode.durable = bytes.clone();
    inode.pending.clear();
    durableNames.put(name, inode);
  }

  void remove(String name) {
    names.remove(name);
    durableNames.remove(name);
  }

  /** All durable and lost bytes as they are now, in a disk of its own. */
  FaultyDisk copy() {
    FaultyDisk copy = new FaultyDisk(random);
    names.forEach((name, inode) -> copy.replace(name, inode.content));
    return copy;
  }

  private Inode inode(String name) {
    Inode inode = names.get(name);
    if (inode == null) {
      throw new AssertionError("no file " + name + " in " + names.keySet());
    }
    return inode;
  }

  private boolean change() throws IOException {
    if (crashed) {
      throw new IOException("the machine is down");
    }
    changes++;
    return fault != null && changes == faultAt;
  }

  private void fail() throws IOException {
    crashed = fault == Fault.CRASH;
    full = fault == Fault.FULL;
    throw new IOException(
        full ? "No space left on device" : crashed ? "crash" : "Input/output error");
  }

  private void changeNames(Consumer<Map<String, Inode>> change) throws IOException {
    boolean fails = change();
    if (!fails || random.nextBoolean()) {
      change.accept(names);
      pendingNames.add(change);
    }
    if (fails) {
      fail();
    }
  }

  @Override
  public List<String> list() {
    return List.copyOf(names.keySet());
  }

  @Override
  public DiskFile open(String name) throws IOException {
    Inode inode = names.get(name);
    if (inode == null) {
      throw new NoSuchFileException(name);
    }
    return new Handle(name, inode);
  }

  @Override
  public DiskFile create(String name) throws IOException {
    Inode inode = new Inode();
    changeNames(map -> map.put(name, inode));
    return new Handle(name, inode);
  }

  @Override
  public void rename(String from, String to) throws IOException {
    changeNames(map -> {
      Inode inode = map.remove(from);
      if (inode != null) {
        map.put(to, inode);
      }
    });
  }

  @Override
  public void delete(String name) throws IOException {
    changeNames(map -> map.remove(name));
  }

  @Override
  public void force() throws IOException {
    if (change()) {
      fail();
    }
    durableNames.clear();
    durableNames.putAll(names);
    pendingNames.clear();
  }

  @Override
  public Closeable lock(String name) throws IOException {
    if (!locks.add(name)) {
      throw new JournalException("folder " + this + " is in use by another process");
    }
    return () -> locks.remove(name);
  }

  @Override
  public String toString() {
    return "faulty";
  }

  private final class Handle implements DiskFile {
    private final String name;
    private final Inode inode;

    Handle(String name, Inode inode) {
      this.name = name;
      this.inode = inode;
    }

    @Override
    public long size() {
      return inode.content.length;
    }

    @Override
    public int read(ByteBuffer into, long at) throws IOException {
      if (name.equals(unreadableFile) && at + into.remaining() > unreadableFrom) {
        throw new IOException("Input/output error");
      }
      int bytes = (int) Math.min(into.remaining(), inode.content.length - at);
      if (bytes <= 0) {
        return -1;
      }
      int some = 1 + random.nextInt(bytes);
      into.put(inode.content, (int) at, some);
      return some;
    }

    @Override
    public int write(ByteBuffer from, long at) throws IOException {
      boolean fails = change();
      int some = 1 + random.nextInt(from.remaining());
      if (fails || full) {
        put(from, some - 1, at);
        fail();
      }
      boolean whole = random.nextInt(4) > 0;
      return put(from, whole ? from.remaining() : some, at);
    }

    private int put(ByteBuffer from, int count, long at) {
      byte[] bytes = new byte[count];
      from.get(bytes);
      inode.content = FaultyDisk.put(inode.content, (int) at, bytes);
      inode.pending.add(new Write((int) at, bytes));
      return count;
    }

    @Override
    public void force() throws IOException {
      if (change()) {
        // As Linux does it: the pages are clean now, the bytes may never reach the disk.
        if (fault == Fault.EIO) {
          inode.pending.removeIf(_ -> random.nextBoolean());
        }
        fail();
      }
      inode.durable = inode.content.clone();
      inode.pending.clear();
    }

    @Override
    public void truncate(long size) throws IOException {
      boolean fails = change();
      if (!fails || random.nextBoolean()) {
        inode.content = Arrays.copyOf(inode.content, (int) Math.min(size, inode.content.length));
        inode.durable = inode.content.clone();
        inode.pending.clear();
      }
      if (fails) {
        fail();
      }
    }

    @Override
    public void close() {}
  }
}
