package io.understudy.daemon.journal;

import io.understudy.model.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What stands before the frames of a segment: all that its predecessors said and that must outlive
 * them.
 *
 * <p>Big-endian: magic (8 bytes), format version (4), length of the header in bytes (4), CRC32C of
 * the header without this field (4); these stay where they are in every version. Then: origin (40),
 * time of creation in milliseconds since 1970 (8), number of epochs (4) and for each its begin
 * (16), number of open transactions (4) and for each its xid (8).
 *
 * @param epochs begins of the newest epochs, the oldest first
 * @param open transactions with chunks in earlier segments and no end yet
 */
record SegmentHeader(Origin origin, long createdMillis, List<Position> epochs, List<Long> open) {
  static final int VERSION = 1;

  /** Older epochs than the newest 1024 are forgotten. */
  static final int EPOCHS_MAX = 1024;

  private static final long MAGIC = 0x55_4e_44_52_4a_52_4e_4cL; // "UNDRJRNL"
  private static final int VERSION_OFFSET = 8;
  private static final int LENGTH_OFFSET = 12;
  private static final int CRC_OFFSET = 16;
  private static final int FIXED_BYTES = 20 + Origin.BYTES + 8 + 4 + 4;
  private static final int BYTES_MAX =
      FIXED_BYTES + 16 * EPOCHS_MAX + 8 * JournalLimits.OPEN_TRANSACTIONS_CEILING;

  SegmentHeader {
    epochs = List.copyOf(epochs);
    open = List.copyOf(open);
  }

  int bytes() {
    return FIXED_BYTES + 16 * epochs.size() + 8 * open.size();
  }

  ByteBuffer encode() {
    ByteBuffer into = ByteBuffer.allocate(bytes());
    into.putLong(MAGIC).putInt(VERSION).putInt(bytes()).putInt(0);
    origin.write(into);
    into.putLong(createdMillis).putInt(epochs.size());
    epochs.forEach(begin -> Positions.write(into, begin));
    into.putInt(open.size());
    open.forEach(into::putLong);
    return into.putInt(CRC_OFFSET, crc(into.array())).flip();
  }

  /**
   * Reads the header of a file.
   *
   * @throws DamagedFileException if it is none
   * @throws JournalException if it is one of a format that this program does not know
   */
  static SegmentHeader read(DiskFile file, String name) throws IOException {
    ByteBuffer from = ByteBuffer.allocate((int) Math.min(file.size(), BYTES_MAX));
    try {
      file.readFully(from, 0);
    } catch (IOException e) {
      throw DamagedFileException.lost(0, "cannot be read: " + e.getMessage());
    }
    if (from.remaining() < FIXED_BYTES || from.getLong(0) != MAGIC) {
      throw DamagedFileException.torn(0, "no header of a segment");
    }
    int length = from.getInt(LENGTH_OFFSET);
    if (length < FIXED_BYTES || length > from.remaining()) {
      throw DamagedFileException.torn(0, "header of " + length + " bytes");
    }
    byte[] bytes = new byte[length];
    from.get(bytes);
    if (crc(bytes) != from.getInt(CRC_OFFSET)) {
      throw DamagedFileException.torn(0, "checksum of the header does not match");
    }
    // Only after the checksum: a flipped bit is damage, not another version.
    int version = from.getInt(VERSION_OFFSET);
    if (version != VERSION) {
      throw new JournalException(
          name
              + " has format version "
              + version
              + "; this program reads version "
              + VERSION
              + ": run the program that wrote it");
    }
    return decode(ByteBuffer.wrap(bytes, CRC_OFFSET + 4, length - CRC_OFFSET - 4));
  }

  private static SegmentHeader decode(ByteBuffer from) {
    Origin origin = Origin.read(from);
    long createdMillis = from.getLong();
    List<Position> epochs = new ArrayList<>();
    for (int left = from.getInt(); left > 0; left--) {
      epochs.add(Positions.read(from));
    }
    List<Long> open = new ArrayList<>();
    for (int left = from.getInt(); left > 0; left--) {
      open.add(from.getLong());
    }
    return new SegmentHeader(origin, createdMillis, epochs, open);
  }

  private static int crc(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, CRC_OFFSET);
    crc.update(header, CRC_OFFSET + 4, header.length - CRC_OFFSET - 4);
    return (int) crc.getValue();
  }
}
