package io.understudy.daemon.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file of a {@link Disk}. Reads are positional and may run beside one writer. */
interface DiskFile extends Closeable {
  long size() throws IOException;

  /** Reads up to {@code into.remaining()} bytes; returns how many, or -1 at the file's end. */
  int read(ByteBuffer into, long at) throws IOException;

  /** Writes some of {@code from}, from one byte to all; durable only after {@link #force}. */
  int write(ByteBuffer from, long at) throws IOException;

  /** Makes content and size durable. */
  void force() throws IOException;

  /** Cuts the file to {@code size} bytes; durable when it returns. */
  void truncate(long size) throws IOException;

  /** Writes all of {@code from}. */
  default void writeFully(ByteBuffer from, long at) throws IOException {
    long offset = at;
    while (from.hasRemaining()) {
      offset += write(from, offset);
    }
  }

  /** Reads until {@code into} is full or the file ends; the buffer is flipped for its reader. */
  default void readFully(ByteBuffer into, long at) throws IOException {
    long offset = at;
    while (into.hasRemaining()) {
      int read = read(into, offset);
      if (read < 0) {
        break;
      }
      offset += read;
    }
    into.flip();
  }
}
