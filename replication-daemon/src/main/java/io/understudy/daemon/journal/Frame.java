package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Entry.Abort;
import io.understudy.daemon.journal.Entry.Chunk;
import io.understudy.daemon.journal.Entry.Commit;
import io.understudy.daemon.journal.Entry.Epoch;
import io.understudy.daemon.journal.Entry.Transaction;
import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * An entry as it stands in a segment, between its predecessor and its successor.
 *
 * <p>Big-endian: CRC32C of all that follows (4 bytes), length of the whole frame in bytes (4), kind
 * (1), sequence (8), position (16), chain (16), xid (8), fingerprint (8), payload.
 *
 * @param sequence 1, 2, 3... over all segments
 * @param position of the journal after this frame; only {@code Transaction}, {@code Commit} and
 *     {@code Epoch} advance it
 * @param chain of the journal after this frame; only {@code Transaction} and {@code Commit} change
 *     it
 */
record Frame(long sequence, Position position, Chain chain, Entry entry) {
  static final int HEADER_BYTES = 65;
  static final int LENGTH_OFFSET = 4;

  private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0).asReadOnlyBuffer();

  private static final byte TRANSACTION = 1;
  private static final byte CHUNK = 2;
  private static final byte COMMIT = 3;
  private static final byte ABORT = 4;
  private static final byte EPOCH = 5;

  /** Whether this frame advances the position. */
  boolean positioned() {
    return switch (entry) {
      case Transaction _, Commit _, Epoch _ -> true;
      case Chunk _, Abort _ -> false;
    };
  }

  int bytes() {
    return HEADER_BYTES + payload(entry).remaining();
  }

  static ByteBuffer payload(Entry entry) {
    return switch (entry) {
      case Transaction transaction -> transaction.payload();
      case Chunk chunk -> chunk.payload();
      case Commit _, Abort _, Epoch _ -> NO_PAYLOAD.duplicate();
    };
  }

  void write(ByteBuffer into) {
    int start = into.position();
    into.putInt(0).putInt(bytes());
    switch (entry) {
      case Transaction it -> writeRest(into, TRANSACTION, it.xid(), it.fingerprint());
      case Chunk it -> writeRest(into, CHUNK, it.xid(), it.fingerprint());
      case Commit it -> writeRest(into, COMMIT, it.xid(), 0);
      case Abort it -> writeRest(into, ABORT, it.xid(), 0);
      case Epoch _ -> writeRest(into, EPOCH, 0, 0);
    }
    into.putInt(start, crc(into.slice(start, into.position() - start)));
  }

  private void writeRest(ByteBuffer into, byte kind, long xid, long fingerprint) {
    into.put(kind).putLong(sequence);
    Positions.write(into, position);
    chain.write(into);
    into.putLong(xid).putLong(fingerprint).put(payload(entry));
  }

  /**
   * Reads a frame; its payload is a copy.
   *
   * @param bytes exactly one frame
   * @throws IllegalArgumentException with the reason, if it is not what {@link #write} wrote
   */
  static Frame read(ByteBuffer bytes) {
    if (crc(bytes) != bytes.getInt(0)) {
      throw new IllegalArgumentException("checksum of the frame does not match");
    }
    ByteBuffer from = bytes.slice(LENGTH_OFFSET + 4, bytes.remaining() - LENGTH_OFFSET - 4);
    byte kind = from.get();
    long sequence = from.getLong();
    Position position = Positions.read(from);
    Chain chain = Chain.read(from);
    long xid = from.getLong();
    long fingerprint = from.getLong();
    Entry entry =
        switch (kind) {
          case TRANSACTION -> new Transaction(position, xid, fingerprint, copy(from));
          case CHUNK -> new Chunk(xid, fingerprint, copy(from));
          case COMMIT -> new Commit(position, xid);
          case ABORT -> new Abort(xid);
          case EPOCH -> new Epoch(position);
          default -> throw new IllegalArgumentException("kind " + kind + " is unknown");
        };
    return new Frame(sequence, position, chain, entry);
  }

  private static ByteBuffer copy(ByteBuffer from) {
    return ByteBuffer.allocate(from.remaining()).put(from).flip();
  }

  private static int crc(ByteBuffer frame) {
    CRC32C crc = new CRC32C();
    crc.update(frame.slice(LENGTH_OFFSET, frame.remaining() - LENGTH_OFFSET));
    return (int) crc.getValue();
  }
}
