package io.understudy.daemon.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the frames of one file in order, up to a limit that may grow, in a bounded buffer. */
final class FrameReader implements Closeable {
  private static final int BUFFER_BYTES = 64 << 10;
  private static final int FRAME_BYTES_CEILING =
      Frame.HEADER_BYTES + JournalLimits.PAYLOAD_BYTES_CEILING;

  private final DiskFile file;
  private long limit;
  // Invariant: buffer.position() .. buffer.limit() are the file's bytes from offset on.
  private long offset;
  private ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).limit(0);

  FrameReader(DiskFile file, long offset, long limit) {
    this.file = file;
    this.offset = offset;
    this.limit = limit;
  }

  /** Where the next frame begins. */
  long offset() {
    return offset;
  }

  void extendTo(long newLimit) {
    limit = newLimit;
  }

  /**
   * The next frame, or null at the limit.
   *
   * @throws DamagedFileException if what stands there is no frame, or cannot be read
   */
  @Nullable Frame next() throws IOException {
    long left = limit - offset;
    if (left <= 0) {
      return null;
    }
    if (left < Frame.HEADER_BYTES) {
      throw DamagedFileException.torn(offset, left + " bytes are no frame");
    }
    require(Frame.HEADER_BYTES);
    int length = buffer.getInt(buffer.position() + Frame.LENGTH_OFFSET);
    if (length < Frame.HEADER_BYTES || length > Math.min(left, FRAME_BYTES_CEILING)) {
      throw DamagedFileException.torn(
          offset, "a frame of " + length + " bytes where " + left + " bytes are left");
    }
    require(length);
    try {
      Frame frame = Frame.read(buffer.slice(buffer.position(), length));
      buffer.position(buffer.position() + length);
      offset += length;
      return frame;
    } catch (IllegalArgumentException e) {
      throw DamagedFileException.torn(offset, String.valueOf(e.getMessage()));
    }
  }

  /** Makes at least {@code bytes} of the file available in the buffer. */
  private void require(int bytes) throws IOException {
    if (buffer.remaining() >= bytes) {
      return;
    }
    ByteBuffer next =
        bytes > buffer.capacity() ? ByteBuffer.allocate(bytes).put(buffer) : buffer.compact();
    next.limit((int) Math.min(next.capacity(), limit - offset));
    try {
      file.readFully(next, offset + next.position());
    } catch (IOException e) {
      throw DamagedFileException.lost(offset, "cannot be read: " + e.getMessage());
    }
    buffer = next;
    if (buffer.remaining() < bytes) {
      throw DamagedFileException.torn(offset, "the file ends inside a frame");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
