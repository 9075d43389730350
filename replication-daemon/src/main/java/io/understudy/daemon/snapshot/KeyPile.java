package io.understudy.daemon.snapshot;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Packed keys of one table, in memory, bounded. */
final class KeyPile implements Iterable<List<List<String>>> {
  private static final int BATCH_KEYS = 10_000;
  private static final int BATCH_BYTES = 4 << 20;

  private final int keyColumns;
  private final int bytesMax;
  private byte[] packed = new byte[1 << 10];
  private int length;
  private boolean overflowed;

  KeyPile(int keyColumns, int bytesMax) {
    this.keyColumns = keyColumns;
    this.bytesMax = bytesMax;
  }

  /** Adds a key; one that finds no room is left out, see {@link #overflowed}. */
  void add(ByteBuffer key) {
    int after = length + key.remaining();
    if (after > bytesMax) {
      overflowed = true;
      return;
    }
    if (after > packed.length) {
      packed = Arrays.copyOf(packed, (int) Math.min(bytesMax, Math.max(after, 2L * packed.length)));
    }
    key.duplicate().get(packed, length, key.remaining());
    length = after;
  }

  /** Whether keys were left out. */
  boolean overflowed() {
    return overflowed;
  }

  /** The keys as texts, in batches for one statement each. */
  @Override
  public Iterator<List<List<String>>> iterator() {
    ByteBuffer rest = ByteBuffer.wrap(packed, 0, length);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return rest.hasRemaining();
      }

      @Override
      public List<List<String>> next() {
        if (!rest.hasRemaining()) {
          throw new NoSuchElementException();
        }
        int start = rest.position();
        List<List<String>> batch = new ArrayList<>();
        while (rest.hasRemaining()
            && batch.size() < BATCH_KEYS
            && rest.position() - start < BATCH_BYTES) {
          batch.add(LaneRows.key(rest, keyColumns));
        }
        return batch;
      }
    };
  }
}
