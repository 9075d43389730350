package io.understudy.daemon.capture;

import io.understudy.model.Lsn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver has answered for, on the disk: the last transaction that was replicated, and the
 * batches' parts of a transaction that has not ended yet. Debezium Server does not send those again
 * once they are answered. One owner.
 *
 * <p>A file of a header and frames {@code length, CRC32C, kind, content}, both numbers of four
 * bytes, big-endian; the checksum is over kind and content. A frame that is not whole at the end of
 * the file was not answered for and is cut; any other damage is refused. What cannot be written is
 * thrown as {@link UncheckedIOException}; then this object is of no further use.
 */
final class OpenFile implements AutoCloseable {

  /**
   * What was answered.
   *
   * @param replicated where the last transaction ends
   * @param seen the highest position in any event
   */
  record Mark(Lsn replicated, Lsn seen) {}

  private static final int HEADER = 0x55534F31; // USO1
  private static final int HEAD_BYTES = 2 * Integer.BYTES + 1;
  private static final int MARK_BYTES = 2 * Long.BYTES + 1;
  private static final byte MARK = 'm';
  private static final byte PART = 'p';
  private static final long REWRITE_BYTES = 1L << 20;

  private final Path folder;
  private final Path path;
  private FileChannel file;
  private long end;
  private @Nullable Mark mark;
  // The open transaction's parts begin here; where `end` is if there is none.
  private long partsFrom;

  private OpenFile(Path folder, Path path, FileChannel file) {
    this.folder = folder;
    this.path = path;
    this.file = file;
  }

  /**
   * Opens it, or makes it.
   *
   * @throws UncheckedIOException if the folder cannot be written, or the file is damaged
   */
  static OpenFile open(Path folder, String name) {
    Path path = folder.resolve(name);
    try {
      Files.createDirectories(folder);
      OpenFile opened =
          new OpenFile(
              folder,
              path,
              FileChannel.open(
                  path,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE));
      opened.load();
      return opened;
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  Optional<Mark> mark() {
    return Optional.ofNullable(mark);
  }

  /** Bytes of the open transaction's parts. */
  long openBytes() {
    return end - partsFrom;
  }

  /** Gives every part of the open transaction to {@code reader}, in order. */
  void forEachPart(Consumer<byte[]> reader) {
    try {
      for (long at = partsFrom; at < end; ) {
        Frame frame = read(at);
        if (frame.kind() != MARK) {
          reader.accept(frame.content());
        }
        at += HEAD_BYTES + frame.content().length;
      }
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /**
   * Makes an answer durable.
   *
   * @param first whether the parts are the first of another open transaction, or of none
   * @param parts what is new of the open transaction
   */
  void save(Mark answered, boolean first, List<byte[]> parts) {
    try {
      if (first && end > REWRITE_BYTES) {
        rewrite();
      }
      mark(answered, first);
      for (byte[] part : parts) {
        append(PART, part);
      }
      file.force(false);
      mark = answered;
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  @Override
  public void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw failed(path, e);
    }
  }

  /** A mark that is {@code first} ends what was open before it. */
  private void mark(Mark answered, boolean first) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(MARK_BYTES);
    content.putLong(answered.replicated().value()).putLong(answered.seen().value());
    content.put((byte) (first ? 1 : 0));
    append(MARK, content.array());
    if (first) {
      partsFrom = end;
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // Nobody compares it.
  private record Frame(byte kind, byte[] content) {}

  private void load() throws IOException {
    long size = file.size();
    if (size < Integer.BYTES) {
      begin(file);
      forceFolder();
      return;
    }
    ByteBuffer header = ByteBuffer.allocate(Integer.BYTES);
    readFully(header, 0);
    if (header.flip().getInt() != HEADER) {
      throw new IOException("it is not a file of this version");
    }
    end = Integer.BYTES;
    partsFrom = end;
    while (end < size) {
      Frame frame = wholeAt(end, size);
      if (frame == null) {
        file.truncate(end);
        file.force(true);
        return;
      }
      take(frame);
    }
  }

  private void take(Frame frame) {
    end += HEAD_BYTES + frame.content().length;
    if (frame.kind() == MARK) {
      ByteBuffer content = ByteBuffer.wrap(frame.content());
      mark = new Mark(new Lsn(content.getLong()), new Lsn(content.getLong()));
      if (content.get() != 0) {
        partsFrom = end;
      }
    }
  }

  /** The frame, or null if the file ends within it. */
  private @Nullable Frame wholeAt(long at, long size) throws IOException {
    if (size - at < HEAD_BYTES) {
      return null;
    }
    ByteBuffer head = ByteBuffer.allocate(Integer.BYTES);
    readFully(head, at);
    long length = Integer.toUnsignedLong(head.flip().getInt());
    if (length > size - at - HEAD_BYTES) {
      return null;
    }
    try {
      return read(at);
    } catch (DamagedException e) {
      if (at + HEAD_BYTES + length == size) {
        return null;
      }
      throw e;
    }
  }

  private Frame read(long at) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
    readFully(head, at);
    head.flip();
    int length = head.getInt();
    int checksum = head.getInt();
    byte kind = head.get();
    ByteBuffer content = ByteBuffer.allocate(length);
    readFully(content, at + HEAD_BYTES);
    if (checksum(kind, content.array()) != checksum) {
      throw new DamagedException(at);
    }
    return new Frame(kind, content.array());
  }

  private static final class DamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    DamagedException(long at) {
      super("it is damaged at byte " + at);
    }
  }

  private void readFully(ByteBuffer into, long at) throws IOException {
    while (into.hasRemaining()) {
      if (file.read(into, at + into.position()) < 0) {
        throw new IOException("it ends early");
      }
    }
  }

  private void append(byte kind, byte[] content) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(HEAD_BYTES + content.length);
    frame.putInt(content.length).putInt(checksum(kind, content)).put(kind).put(content).flip();
    while (frame.hasRemaining()) {
      end += file.write(frame, end);
    }
  }

  /** Nothing of what is in it is needed any more. */
  private void rewrite() throws IOException {
    Path next = path.resolveSibling(path.getFileName() + ".next");
    FileChannel fresh =
        FileChannel.open(
            next,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    begin(fresh);
    file.close();
    file = fresh;
    Mark last = mark;
    if (last != null) {
      mark(last, true);
    }
    file.force(true);
    Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceFolder();
  }

  private void begin(FileChannel fresh) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(Integer.BYTES).putInt(HEADER).flip();
    fresh.truncate(0);
    fresh.write(header, 0);
    fresh.force(true);
    end = Integer.BYTES;
    partsFrom = end;
  }

  private void forceFolder() throws IOException {
    try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  private static int checksum(byte kind, byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(kind);
    crc.update(content);
    return (int) crc.getValue();
  }

  private static UncheckedIOException failed(Path path, IOException cause) {
    return new UncheckedIOException(
        "the receiver's file "
            + path
            + " cannot be used ("
            + cause.getMessage()
            + "); make room, or delete it and restart Debezium Server, which begins again at its"
            + " slot",
        cause);
  }
}
