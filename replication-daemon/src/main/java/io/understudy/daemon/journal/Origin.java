package io.understudy.daemon.journal;

import io.understudy.model.Position;
import java.nio.ByteBuffer;

/**
 * Where a segment or a whole journal starts.
 *
 * @param sequence of the first frame, from 1
 * @param position before that frame
 * @param chain before that frame
 */
record Origin(long sequence, Position position, Chain chain) {
  static final int BYTES = 8 + 16 + Chain.BYTES;

  void write(ByteBuffer into) {
    into.putLong(sequence);
    Positions.write(into, position);
    chain.write(into);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if the position cannot be one
   */
  static Origin read(ByteBuffer from) {
    return new Origin(from.getLong(), Positions.read(from), Chain.read(from));
  }
}
