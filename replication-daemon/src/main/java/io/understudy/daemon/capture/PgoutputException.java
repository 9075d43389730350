package io.understudy.daemon.capture;

/** A message of the logical stream that cannot be read; says where, and nothing of its content. */
final class PgoutputException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  PgoutputException(char type, int offset, String what) {
    super(
        "a message of the logical stream, type "
            + (type > ' ' && type < 127 ? "'" + type + "'" : Integer.toString(type))
            + ", cannot be read at offset "
            + offset
            + ": "
            + what);
  }
}
