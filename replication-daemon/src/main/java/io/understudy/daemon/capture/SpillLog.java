package io.understudy.daemon.capture;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of messages that can be cut at its end: its older part in a temporary file once
 * somebody asks for that, the rest in memory. One owner.
 *
 * <p>The file has no name from the moment it is open (POSIX), so that nothing is left of it even
 * when the process is killed.
 *
 * <p>What the disk refuses is thrown as {@link UncheckedIOException}.
 */
final class SpillLog implements AutoCloseable {
  private static final int LENGTH_BYTES = Integer.BYTES;
  private static final int FIRST_BYTES = 1 << 10;
  private static final int READ_BYTES = 1 << 16;

  private final Path folder;
  // Invariant: the log is the file's first `spilled` bytes, then the tail's first `held` bytes.
  private @Nullable FileChannel file;
  private long spilled;
  private byte[] tail = new byte[FIRST_BYTES];
  private int held;

  /**
   * @param folder where a file is made when one is needed
   */
  SpillLog(Path folder) {
    this.folder = folder;
  }

  /** Length so far, bytes; a place to {@link #cut} at. */
  long end() {
    return spilled + held;
  }

  /** Memory that it takes, bytes. */
  long memory() {
    return tail.length;
  }

  void append(ByteBuffer message) {
    int length = message.remaining();
    int needed = Math.addExact(Math.addExact(held, LENGTH_BYTES), length);
    if (needed > tail.length) {
      tail = Arrays.copyOf(tail, (int) Math.max(needed, Math.min(2L * tail.length, 1 << 30)));
    }
    ByteBuffer.wrap(tail, held, needed - held).putInt(length).put(message);
    held = needed;
  }

  /** Drops everything from {@code end} on. */
  void cut(long end) {
    if (end >= spilled) {
      held = (int) (end - spilled);
      return;
    }
    try {
      if (file != null) {
        file.truncate(end);
      }
    } catch (IOException e) {
      throw failed(e);
    }
    spilled = end;
    held = 0;
  }

  /** Moves what is in memory to the file. */
  void spill() {
    try {
      FileChannel to = file == null ? open() : file;
      file = to;
      ByteBuffer from = ByteBuffer.wrap(tail, 0, held);
      long at = spilled;
      while (from.hasRemaining()) {
        at += to.write(from, at);
      }
    } catch (IOException e) {
      throw failed(e);
    }
    spilled += held;
    held = 0;
    tail = new byte[FIRST_BYTES];
  }

  /** Gives every message to {@code reader}, in order. */
  void forEach(Consumer<ByteBuffer> reader) {
    if (spilled > 0 && file != null) {
      try {
        // Not closed: that would close the file, which is this log's.
        InputStream from = Channels.newInputStream(file.position(0));
        readFile(new DataInputStream(new BufferedInputStream(from, READ_BYTES)), reader);
      } catch (IOException e) {
        throw failed(e);
      }
    }
    ByteBuffer rest = ByteBuffer.wrap(tail, 0, held);
    while (rest.hasRemaining()) {
      int length = rest.getInt();
      reader.accept(rest.slice(rest.position(), length));
      rest.position(rest.position() + length);
    }
  }

  @Override
  public void close() {
    try {
      if (file != null) {
        file.close();
      }
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void readFile(DataInputStream from, Consumer<ByteBuffer> reader) throws IOException {
    long left = spilled;
    while (left > 0) {
      byte[] message = new byte[from.readInt()];
      from.readFully(message);
      reader.accept(ByteBuffer.wrap(message));
      left -= LENGTH_BYTES + message.length;
    }
  }

  private FileChannel open() throws IOException {
    Path path = Files.createTempFile(folder, "understudy-open-", ".changes");
    return FileChannel.open(
        path,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE,
        StandardOpenOption.DELETE_ON_CLOSE);
  }

  private UncheckedIOException failed(IOException cause) {
    return new UncheckedIOException(
        "changes of a large open transaction do not fit into a file in "
            + folder
            + " ("
            + cause.getMessage()
            + "); make room there, or choose another folder with -Djava.io.tmpdir",
        cause);
  }
}
