package io.understudy.model;

import java.util.Locale;

/**
 * A byte position in one PostgreSQL server's write-ahead log, ordered as unsigned.
 *
 * @param value the 64-bit position
 */
public record Lsn(long value) implements Comparable<Lsn> {
  public static final Lsn ZERO = new Lsn(0);

  /** After everything that a log can hold. */
  public static final Lsn MAX = new Lsn(-1);

  /**
   * Reads PostgreSQL's notation, for example {@code 16/B374D848}.
   *
   * @throws IllegalArgumentException if {@code text} is not two hexadecimal halves of up to 32 bits
   */
  public static Lsn parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 1 || slash > 8 || text.length() - slash > 9 || slash == text.length() - 1) {
      throw new IllegalArgumentException("LSN '" + text + "' is not of the form 16/B374D848");
    }
    try {
      long high = Long.parseUnsignedLong(text, 0, slash, 16);
      long low = Long.parseUnsignedLong(text, slash + 1, text.length(), 16);
      return new Lsn(high << 32 | low);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("LSN '" + text + "' is not of the form 16/B374D848", e);
    }
  }

  @Override
  public int compareTo(Lsn other) {
    return Long.compareUnsigned(value, other.value);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%X/%X", value >>> 32, value & 0xffffffffL);
  }
}
