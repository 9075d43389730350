package io.understudy.daemon.capture;

/** Events are missing: going on would lose changes. */
final class GapException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  GapException(String missing) {
    super(
        missing
            + "; restart Debezium Server, which begins again at its slot and sends them (its"
            + " debezium.source.offset.storage must be a MemoryOffsetBackingStore)");
  }
}
