package io.understudy.daemon.journal;

import io.understudy.daemon.journal.Landmark.Place;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Appends frames to one segment: collects them in a buffer, writes the buffer at once. */
final class SegmentWriter implements Closeable {
  private final DiskFile file;
  private final SegmentHeader header;
  private final ByteBuffer staging;
  // Invariant: forced <= written; the staged frames follow the written ones.
  private long written;
  private long forced;

  private SegmentWriter(DiskFile file, Segment segment, ByteBuffer staging) {
    this.file = file;
    this.header = segment.header();
    this.staging = staging;
    this.written = segment.end();
    this.forced = segment.end();
  }

  /** A new segment, durable with its name and header before a frame can be in it. */
  static SegmentWriter create(Disk disk, SegmentHeader header, ByteBuffer staging)
      throws IOException {
    DiskFile file = disk.create(Segment.name(header.origin().sequence()));
    try {
      file.writeFully(header.encode(), 0);
      file.force();
      disk.force();
      return new SegmentWriter(file, Segment.of(header, header.bytes()), staging);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /** A segment whose durable end is known. */
  static SegmentWriter resume(Disk disk, Segment segment, ByteBuffer staging) throws IOException {
    return new SegmentWriter(disk.open(segment.name()), segment, staging);
  }

  void add(Frame frame) throws IOException {
    if (staging.remaining() < frame.bytes()) {
      flush();
    }
    frame.write(staging);
  }

  /** Hands all frames to the operating system. */
  void flush() throws IOException {
    staging.flip();
    int bytes = staging.remaining();
    file.writeFully(staging, written);
    written += bytes;
    staging.clear();
  }

  /** Makes the flushed frames durable, if there are any. */
  void force() throws IOException {
    if (forced < written) {
      file.force();
      forced = written;
    }
  }

  /** Where the next frame will stand. */
  Place place() {
    return new Place(header.origin().sequence(), end());
  }

  /** Whether the next frame belongs into another segment. */
  boolean full(long segmentBytes) {
    return end() >= segmentBytes && end() > header.bytes();
  }

  private long end() {
    return written + staging.position();
  }

  /** As far as it is durable. */
  Segment durable() {
    return Segment.of(header, forced);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
