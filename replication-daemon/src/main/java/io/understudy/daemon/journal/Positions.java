package io.understudy.daemon.journal;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.nio.ByteBuffer;

/** Positions as 16 bytes: epoch, LSN. */
final class Positions {
  private Positions() {}

  static void write(ByteBuffer into, Position position) {
    into.putLong(position.epoch()).putLong(position.lsn().value());
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if the epoch is negative
   */
  static Position read(ByteBuffer from) {
    return new Position(from.getLong(), new Lsn(from.getLong()));
  }
}
