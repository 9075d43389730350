package io.understudy.daemon.journal;

import java.io.IOException;

/** Bytes at an offset are not what was written. */
final class DamagedFileException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long offset;
  private final boolean crashLike;

  private DamagedFileException(long offset, String reason, boolean crashLike) {
    super(reason);
    this.offset = offset;
    this.crashLike = crashLike;
  }

  /** What a crash before an fsync leaves behind, and so do flipped bits. */
  static DamagedFileException torn(long offset, String reason) {
    return new DamagedFileException(offset, reason, true);
  }

  /** What no crash leaves behind: a sector that cannot be read, a file that is gone. */
  static DamagedFileException lost(long offset, String reason) {
    return new DamagedFileException(offset, reason, false);
  }

  long offset() {
    return offset;
  }

  boolean crashLike() {
    return crashLike;
  }

  /** The reason; never null, unlike what the superclass promises. */
  String reason() {
    return String.valueOf(getMessage());
  }
}
