package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Values of some columns of one row, in PostgreSQL's text form; SQL NULL is null.
 *
 * <p>It is the bytes in which the values came from the server and go to the journal: for each
 * column {@code n} for NULL, or {@code t}, a length of four bytes, big-endian, and UTF-8. Nobody on
 * the way from the primary to a shadow needs an object for each value.
 */
public final class Row {
  static final byte NULL = 'n';
  static final byte TEXT = 't';
  static final int HEAD_BYTES = 1 + Integer.BYTES;

  private static final long OVERHEAD_BYTES = 96;
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

  private final Columns columns;
  // Invariant: nobody writes to them any more; one value per column lies between the two ends.
  private final byte[] bytes;
  private final int from;
  private final int to;
  // 0 until somebody asks; everybody who asks at the same time finds the same.
  private int hash;

  /**
   * @param columns column names
   * @param values as many values
   */
  public Row(List<String> columns, List<@Nullable String> values) {
    this(Columns.of(columns), values);
  }

  /**
   * @param columns shared by rows that look alike
   * @param values as many values
   */
  public Row(Columns columns, List<@Nullable String> values) {
    if (columns.size() != values.size()) {
      throw new IllegalArgumentException(
          columns.size() + " columns but " + values.size() + " values");
    }
    this.columns = columns;
    this.bytes = bytes(values);
    this.from = 0;
    this.to = bytes.length;
  }

  /** A view: {@code bytes} must hold one value per column from {@code from} to {@code to}. */
  Row(Columns columns, byte[] bytes, int from, int to) {
    this.columns = columns;
    this.bytes = bytes;
    this.from = from;
    this.to = to;
  }

  /** Names of the columns. */
  public List<String> columns() {
    return columns.names();
  }

  /** The same, for comparing the columns of many rows. */
  public Columns shape() {
    return columns;
  }

  /** The values as text, made anew at each call. */
  public List<@Nullable String> values() {
    List<@Nullable String> values = new ArrayList<>(columns.size());
    for (Cursor cursor = cursor(); cursor.next(); ) {
      values.add(cursor.text());
    }
    return Collections.unmodifiableList(values);
  }

  /** One column's value; empty if it is NULL or not among the columns. */
  public Optional<String> text(String column) {
    int index = columns.names().indexOf(column);
    return index < 0 ? Optional.empty() : Optional.ofNullable(values().get(index));
  }

  /** Before the first value. */
  public Cursor cursor() {
    return new Cursor(bytes, from, to);
  }

  /** Whether any value is NULL. */
  public boolean hasNull() {
    for (int at = from; at < to; at = after(bytes, at)) {
      if (bytes[at] == NULL) {
        return true;
      }
    }
    return false;
  }

  /**
   * A row of the values at these places.
   *
   * @param picked their columns
   * @param places indexes of values of this row, in the order of {@code picked}
   */
  public Row pick(Columns picked, int[] places) {
    byte[] target = new byte[length(places)];
    copy(places, target, 0);
    return new Row(picked, target, 0, target.length);
  }

  /**
   * A row of all values of this one, then those of another at these places.
   *
   * @param both their columns
   */
  public Row and(Columns both, Row other, int[] places) {
    int own = to - from;
    byte[] target = new byte[own + other.length(places)];
    System.arraycopy(bytes, from, target, 0, own);
    other.copy(places, target, own);
    return new Row(both, target, 0, target.length);
  }

  /** Estimate of the memory that it takes, bytes. */
  long bytes() {
    return OVERHEAD_BYTES + to - from;
  }

  /** Writes the values as they are. */
  void copyTo(ByteBuffer out) {
    out.put(bytes, from, to - from);
  }

  int length() {
    return to - from;
  }

  /** Where the value after the one at {@code at} begins. */
  static int after(byte[] bytes, int at) {
    return bytes[at] == TEXT ? at + HEAD_BYTES + (int) INT.get(bytes, at + 1) : at + 1;
  }

  private int length(int[] places) {
    int length = 0;
    int at = from;
    int index = 0;
    for (int place : places) {
      if (place < index) {
        at = from;
        index = 0;
      }
      for (; index < place; index++) {
        at = after(bytes, at);
      }
      length += after(bytes, at) - at;
    }
    return length;
  }

  private void copy(int[] places, byte[] target, int targetFrom) {
    int to = targetFrom;
    int at = from;
    int index = 0;
    for (int place : places) {
      if (place < index) {
        at = from;
        index = 0;
      }
      for (; index < place; index++) {
        at = after(bytes, at);
      }
      int length = after(bytes, at) - at;
      System.arraycopy(bytes, at, target, to, length);
      to += length;
    }
  }

  private static byte[] bytes(List<@Nullable String> values) {
    byte[][] texts = new byte[values.size()][];
    int length = 0;
    for (int i = 0; i < texts.length; i++) {
      String value = values.get(i);
      texts[i] = value == null ? null : value.getBytes(UTF_8);
      length += texts[i] == null ? 1 : HEAD_BYTES + texts[i].length;
    }
    ByteBuffer out = ByteBuffer.allocate(length);
    for (byte[] text : texts) {
      if (text == null) {
        out.put(NULL);
      } else {
        out.put(TEXT).putInt(text.length).put(text);
      }
    }
    return out.array();
  }

  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof Row row
            && columns.equals(row.columns)
            && Arrays.equals(bytes, from, to, row.bytes, row.from, row.to));
  }

  @Override
  public int hashCode() {
    int known = hash;
    if (known == 0) {
      for (int i = from; i < to; i++) {
        known = 31 * known + bytes[i];
      }
      hash = known;
    }
    return known;
  }

  /** Never the values: rows end up in logs by mistake. */
  @Override
  public String toString() {
    return "Row" + columns;
  }

  /** Walks along the values of a row, without a copy of them. One owner. */
  public static final class Cursor {
    private final byte[] bytes;
    private final int end;
    private int value;
    private int following;

    private Cursor(byte[] bytes, int from, int end) {
      this.bytes = bytes;
      this.end = end;
      this.value = from;
      this.following = from;
    }

    /** Goes to the next value; false if there is none. */
    public boolean next() {
      if (following >= end) {
        return false;
      }
      value = following;
      following = after(bytes, value);
      return true;
    }

    public boolean isNull() {
      return bytes[value] == NULL;
    }

    /** The array that holds the value's text, which is not to be written to. */
    public byte[] array() {
      return bytes;
    }

    /** Where in {@link #array} the text begins, if it is not NULL. */
    public int from() {
      return value + HEAD_BYTES;
    }

    /** Where it ends. */
    public int to() {
      return following;
    }

    private @Nullable String text() {
      return isNull() ? null : new String(bytes, from(), to() - from(), UTF_8);
    }
  }
}
