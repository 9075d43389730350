package io.understudy.daemon.apply;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.understudy.daemon.capture.Row;
import java.util.Arrays;

/**
 * Rows on their way to one statement, one PostgreSQL array literal per column (PostgreSQL manual,
 * "Array Input and Output Syntax"), in UTF-8.
 *
 * <p>Every value is quoted, so that none can be taken for NULL, a delimiter or an inner array.
 */
final class ArrayLiterals {
  private static final byte[] NULL = "NULL".getBytes(US_ASCII);
  private static final int FIRST_BYTES = 1 << 10;
  // What a value takes beside its own bytes.
  private static final int FRAME_BYTES = 8;
  // Of larger values it is counted how much they grow; larger buffers are given back.
  private static final int SMALL_BYTES = 1 << 16;
  private static final int KEPT_BYTES = 1 << 20;

  private final byte[][] columns;
  private final int[] lengths;
  private int rows;
  private long bytes;

  ArrayLiterals(int columnCount) {
    this.columns = new byte[columnCount][FIRST_BYTES];
    this.lengths = new int[columnCount];
  }

  /** Adds a row that has a value for each column. */
  void add(Row row) {
    Row.Cursor cursor = row.cursor();
    for (int i = 0; i < columns.length; i++) {
      if (!cursor.next()) {
        throw new IllegalArgumentException(i + " values for " + columns.length + " columns");
      }
      int before = lengths[i];
      add(i, cursor);
      bytes += lengths[i] - before;
    }
    rows++;
  }

  int rows() {
    return rows;
  }

  /** Length of all literals together, bytes. */
  long bytes() {
    return bytes;
  }

  /** The literal of one column, complete. */
  byte[] literal(int column) {
    byte[] literal = Arrays.copyOf(columns[column], lengths[column] + 1);
    literal[literal.length - 1] = '}';
    return literal;
  }

  /** Begins anew. */
  void clear() {
    rows = 0;
    bytes = 0;
    for (int i = 0; i < columns.length; i++) {
      lengths[i] = 0;
      columns[i] = columns[i].length > KEPT_BYTES ? new byte[FIRST_BYTES] : columns[i];
    }
  }

  private void add(int column, Row.Cursor value) {
    int at = lengths[column];
    byte[] out = room(column, value.isNull() ? 0 : lengthMax(value));
    out[at++] = (byte) (rows == 0 ? '{' : ',');
    if (value.isNull()) {
      System.arraycopy(NULL, 0, out, at, NULL.length);
      lengths[column] = at + NULL.length;
      return;
    }
    out[at++] = '"';
    byte[] in = value.array();
    int to = value.to();
    for (int i = value.from(); i < to; i++) {
      byte b = in[i];
      if (isSyntax(b)) {
        out[at++] = '\\';
      }
      out[at++] = b;
    }
    out[at++] = '"';
    lengths[column] = at;
  }

  private static boolean isSyntax(byte b) {
    return b == '"' || b == '\\';
  }

  /** What the value can take once it is escaped. */
  private static long lengthMax(Row.Cursor value) {
    long length = (long) value.to() - value.from();
    if (length <= SMALL_BYTES) {
      return 2 * length;
    }
    byte[] in = value.array();
    for (int i = value.from(); i < value.to(); i++) {
      length += isSyntax(in[i]) ? 1 : 0;
    }
    return length;
  }

  private byte[] room(int column, long valueBytes) {
    byte[] buffer = columns[column];
    long needed = lengths[column] + valueBytes + FRAME_BYTES;
    if (needed <= buffer.length) {
      return buffer;
    }
    long size = Math.max(needed, Math.min(2L * buffer.length, 1 << 30));
    byte[] larger = Arrays.copyOf(buffer, Math.toIntExact(size));
    columns[column] = larger;
    return larger;
  }
}
