package io.understudy.daemon.journal;

import io.understudy.model.Position;
import java.nio.ByteBuffer;

/**
 * What a journal holds. Payloads are opaque; a {@link Transaction} means the same as {@link Chunk}s
 * with the same bytes in a row and a {@link Commit}.
 */
public sealed interface Entry {
  /**
   * A whole transaction.
   *
   * @param position end of its commit
   * @param fingerprint of the schema that the payload was written for
   */
  record Transaction(Position position, long xid, long fingerprint, ByteBuffer payload)
      implements Entry {
    public Transaction {
      payload = readOnly(payload);
    }

    /** A view of its own: reading moves nobody else's position. */
    @Override
    public ByteBuffer payload() {
      return payload.duplicate();
    }
  }

  /**
   * Part of a large transaction that is still open. The abort of a subtransaction is content too:
   * it belongs into a payload.
   *
   * @param xid of the top-level transaction
   */
  record Chunk(long xid, long fingerprint, ByteBuffer payload) implements Entry {
    public Chunk {
      payload = readOnly(payload);
    }

    /** A view of its own: reading moves nobody else's position. */
    @Override
    public ByteBuffer payload() {
      return payload.duplicate();
    }
  }

  /** The chunks of this transaction are committed, here. */
  record Commit(Position position, long xid) implements Entry {}

  /** The chunks of this transaction are void. */
  record Abort(long xid) implements Entry {}

  /**
   * An epoch begins; no transaction is open at its beginning, because xids belong to one primary.
   *
   * @param begin its first position; the LSN is the new primary's
   */
  record Epoch(Position begin) implements Entry {}

  private static ByteBuffer readOnly(ByteBuffer payload) {
    return payload.slice().asReadOnlyBuffer();
  }
}
