package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.understudy.model.Position;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
 * transaction. Values are written as PostgreSQL sends them.
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
  static final byte NULL = 'n';
  static final byte VALUE = 't';

  private TransactionCodec() {}

  /** The transaction without its position, in the newest version. */
  public static byte[] encode(Transaction transaction) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      new Encoding(new DataOutputStream(bytes)).write(transaction);
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws MalformedTransactionException if {@code content} is anything else
   */
  public static Transaction decode(Position position, byte[] content) {
    return new TransactionDecoding(position, content).transaction();
  }

  /** Writes one transaction, and the names when they are first needed. */
  private static final class Encoding {
    private final DataOutputStream out;
    private final Map<TableName, Integer> tables = new HashMap<>();
    private final Map<List<String>, Integer> lists = new HashMap<>();

    Encoding(DataOutputStream out) {
      this.out = out;
    }

    void write(Transaction transaction) throws IOException {
      out.writeByte(VERSION);
      out.writeLong(transaction.xid());
      out.writeInt(transaction.changes().size());
      for (Change change : transaction.changes()) {
        write(change);
      }
    }

    private void write(Change change) throws IOException {
      int table = define(change.table());
      switch (change) {
        case Change.Insert insert -> {
          int columns = define(insert.row().columns());
          begin(INSERT, table);
          write(columns, insert.row());
        }
        case Change.Update update -> {
          int key = define(update.key().columns());
          int columns = define(update.row().columns());
          int unchanged = define(update.unchanged());
          begin(UPDATE, table);
          write(key, update.key());
          write(columns, update.row());
          out.writeInt(unchanged);
        }
        case Change.Delete delete -> {
          int key = define(delete.key().columns());
          begin(DELETE, table);
          write(key, delete.key());
        }
        case Change.Truncate _ -> begin(TRUNCATE, table);
        case Change.Unreadable unreadable -> {
          begin(UNREADABLE, table);
          write(unreadable.column());
          write(unreadable.reason());
        }
      }
    }

    private void begin(byte kind, int table) throws IOException {
      out.writeByte(kind);
      out.writeInt(table);
    }

    private void write(int columns, Row row) throws IOException {
      out.writeInt(columns);
      for (@Nullable String value : row.values()) {
        if (value == null) {
          out.writeByte(NULL);
        } else {
          out.writeByte(VALUE);
          write(value);
        }
      }
    }

    private int define(TableName table) throws IOException {
      Integer known = tables.get(table);
      if (known != null) {
        return known;
      }
      out.writeByte(TABLE);
      write(table.schema());
      write(table.table());
      tables.put(table, tables.size());
      return tables.size() - 1;
    }

    private int define(List<String> columns) throws IOException {
      Integer known = lists.get(columns);
      if (known != null) {
        return known;
      }
      out.writeByte(COLUMNS);
      out.writeInt(columns.size());
      for (String column : columns) {
        write(column);
      }
      lists.put(columns, lists.size());
      return lists.size() - 1;
    }

    private void write(String text) throws IOException {
      byte[] bytes = text.getBytes(UTF_8);
      out.writeInt(bytes.length);
      out.write(bytes);
    }
  }
}
