package io.understudy.daemon.journal;

import io.understudy.model.Position;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The {@link Mark} on disk, overwritten in place.
 *
 * <p>Two slots in different blocks are written in turn, so that a torn write leaves the older mark.
 * Slot: magic (8 bytes), format version (4), CRC32C of the slot without this field (4), generation
 * (8), acked position (16), origin (40). Both slots are valid from the beginning: a slot that is
 * not was torn by a crash or has rotted, and nobody can tell which. The older mark is then only a
 * lower bound; {@link Reading#certain} says so, and the journal takes no tail for unacknowledged on
 * it.
 */
final class MarkFile implements Closeable {
  static final String NAME = "mark";

  private static final int VERSION = 1;
  private static final long MAGIC = 0x55_4e_44_52_4d_41_52_4bL; // "UNDRMARK"
  private static final int CRC_OFFSET = 12;
  private static final int SLOT_BYTES = 24 + 16 + Origin.BYTES;
  private static final int SLOT_DISTANCE = 4096;
  private static final int FILE_BYTES = 2 * SLOT_DISTANCE;

  /**
   * What was found.
   *
   * @param newest empty if both slots are damaged
   * @param certain whether no newer mark can have been there
   */
  record Reading(Optional<Mark> newest, boolean certain) {}

  private record Slot(long generation, Mark mark) {}

  private final DiskFile file;
  private final Reading reading;
  private long generation;

  private MarkFile(DiskFile file, Reading reading, long generation) {
    this.file = file;
    this.reading = reading;
    this.generation = generation;
  }

  /**
   * Makes the file of an empty journal: content durable first, then its name.
   *
   * @throws JournalException if there is one already
   */
  static void create(Disk disk) throws IOException {
    if (disk.list().contains(NAME)) {
      throw new JournalException("folder " + disk + " holds a journal already");
    }
    Mark first = new Mark(Position.NONE, new Origin(1, Position.NONE, Chain.START));
    String draft = NAME + Journal.DRAFT;
    try (DiskFile file = disk.create(draft)) {
      ByteBuffer content = ByteBuffer.allocate(FILE_BYTES);
      content.put(0, encode(new Slot(0, first)), 0, SLOT_BYTES);
      content.put(SLOT_DISTANCE, encode(new Slot(1, first)), 0, SLOT_BYTES);
      file.writeFully(content, 0);
      file.force();
    }
    disk.rename(draft, NAME);
    disk.force();
  }

  /**
   * Opens the file and reads both slots.
   *
   * @throws JournalException if a slot is of a format that this program does not know
   */
  static MarkFile open(Disk disk) throws IOException {
    DiskFile file = disk.open(NAME);
    try {
      Optional<Slot> even = read(file, 0);
      Optional<Slot> odd = read(file, SLOT_DISTANCE);
      Optional<Slot> newest =
          even.isPresent() && odd.isPresent()
              ? (even.get().generation() > odd.get().generation() ? even : odd)
              : even.or(() -> odd);
      boolean certain = even.isPresent() && odd.isPresent();
      // The next write goes to the other slot: the damaged one, if there is one.
      return new MarkFile(
          file,
          new Reading(newest.map(Slot::mark), certain),
          newest.map(Slot::generation).orElse(0L));
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  Reading reading() {
    return reading;
  }

  /** Durable when it returns. */
  void write(Mark mark) throws IOException {
    generation++;
    ByteBuffer slot = ByteBuffer.wrap(encode(new Slot(generation, mark)));
    file.writeFully(slot, (generation & 1) == 0 ? 0 : SLOT_DISTANCE);
    file.force();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private static byte[] encode(Slot slot) {
    ByteBuffer into = ByteBuffer.allocate(SLOT_BYTES);
    into.putLong(MAGIC).putInt(VERSION).putInt(0).putLong(slot.generation());
    Positions.write(into, slot.mark().acked());
    slot.mark().origin().write(into);
    return into.putInt(CRC_OFFSET, crc(into.array())).array();
  }

  private static Optional<Slot> read(DiskFile file, long at) throws IOException {
    ByteBuffer from = ByteBuffer.allocate(SLOT_BYTES);
    file.readFully(from, at);
    if (from.remaining() < SLOT_BYTES
        || from.getLong() != MAGIC
        || crc(from.array()) != from.getInt(CRC_OFFSET)) {
      return Optional.empty();
    }
    int version = from.getInt();
    if (version != VERSION) {
      throw new JournalException(
          NAME
              + " has format version "
              + version
              + "; this program reads version "
              + VERSION
              + ": run the program that wrote it");
    }
    from.getInt();
    long generation = from.getLong();
    return Optional.of(new Slot(generation, new Mark(Positions.read(from), Origin.read(from))));
  }

  private static int crc(byte[] slot) {
    CRC32C crc = new CRC32C();
    crc.update(slot, 0, CRC_OFFSET);
    crc.update(slot, CRC_OFFSET + 4, SLOT_BYTES - CRC_OFFSET - 4);
    return (int) crc.getValue();
  }
}
