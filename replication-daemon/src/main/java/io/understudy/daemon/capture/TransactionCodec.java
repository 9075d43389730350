package io.understudy.daemon.capture;

import io.understudy.model.Position;

/**
 * A transaction as bytes, for the journal and the wire. The position is not in them: whoever keeps
 * them keeps it beside them.
 *
 * <pre>
 * content     = version 1, xid 8, number of changes 4, definitions and changes
 * definition  = 'r' schema, table | 'c' number of columns 4, their names
 * change      = 'I' table 4, row | 'U' table 4, key row, row, unchanged columns 4 | 'D' table 4, key row
 *             | 'T' table 4 | 'X' table 4, column, reason
 * row         = columns 4, then for each column 'n', or 't' and a text
 * text        = length 4, UTF-8
 * </pre>
 *
 * Sizes are in bytes and numbers big-endian. Tables and lists of columns are numbered from 0 in the
 * order of their definitions, which come before their use, so that a name is written once for each
 * transaction. A row's values are as in {@link Row}.
 */
public final class TransactionCodec {
  static final byte VERSION = 1;
  static final byte TABLE = 'r';
  static final byte COLUMNS = 'c';
  static final byte INSERT = 'I';
  static final byte UPDATE = 'U';
  static final byte DELETE = 'D';
  static final byte TRUNCATE = 'T';
  static final byte UNREADABLE = 'X';

  private TransactionCodec() {}

  /** The transaction without its position, in the newest version. */
  public static byte[] encode(Transaction transaction) {
    return new TransactionEncoding().encode(transaction);
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @param content kept: the rows are views of it, so nobody may write to it afterwards
   * @throws MalformedTransactionException if {@code content} is anything else
   */
  public static Transaction decode(Position position, byte[] content) {
    return new TransactionDecoding(position, content).transaction();
  }
}
