package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Writes one transaction in {@link TransactionCodec}'s format, and names when first needed. */
final class TransactionEncoding {
  private static final int FIRST_BYTES = 256;
  private static final int BYTES_MAX = Integer.MAX_VALUE - 8;

  private final Map<TableName, Integer> tables = new HashMap<>();
  private final Map<Columns, Integer> lists = new HashMap<>();
  private ByteBuffer out = ByteBuffer.allocate(FIRST_BYTES);

  byte[] encode(Transaction transaction) {
    room(1 + Long.BYTES);
    out.put(TransactionCodec.VERSION).putLong(transaction.xid());
    write(transaction.changes().size());
    for (Change change : transaction.changes()) {
      write(change);
    }
    return Arrays.copyOf(out.array(), out.position());
  }

  private void write(Change change) {
    int table = define(change.table());
    switch (change) {
      case Change.Insert insert -> {
        int columns = define(insert.row().shape());
        begin(TransactionCodec.INSERT, table);
        write(columns, insert.row());
      }
      case Change.Update update -> {
        int key = define(update.key().shape());
        int columns = define(update.row().shape());
        int unchanged = define(Columns.of(update.unchanged()));
        begin(TransactionCodec.UPDATE, table);
        write(key, update.key());
        write(columns, update.row());
        write(unchanged);
      }
      case Change.Delete delete -> {
        int key = define(delete.key().shape());
        begin(TransactionCodec.DELETE, table);
        write(key, delete.key());
      }
      case Change.Truncate _ -> begin(TransactionCodec.TRUNCATE, table);
      case Change.Unreadable unreadable -> {
        begin(TransactionCodec.UNREADABLE, table);
        write(unreadable.column());
        write(unreadable.reason());
      }
    }
  }

  private void begin(byte kind, int table) {
    room(1);
    out.put(kind);
    write(table);
  }

  private void write(int columns, Row row) {
    write(columns);
    room(row.length());
    row.copyTo(out);
  }

  private int define(TableName table) {
    Integer known = tables.get(table);
    if (known != null) {
      return known;
    }
    room(1);
    out.put(TransactionCodec.TABLE);
    write(table.schema());
    write(table.table());
    tables.put(table, tables.size());
    return tables.size() - 1;
  }

  private int define(Columns columns) {
    Integer known = lists.get(columns);
    if (known != null) {
      return known;
    }
    room(1);
    out.put(TransactionCodec.COLUMNS);
    List<String> names = columns.names();
    write(names.size());
    names.forEach(this::write);
    lists.put(columns, lists.size());
    return lists.size() - 1;
  }

  private void write(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    write(bytes.length);
    room(bytes.length);
    out.put(bytes);
  }

  private void write(int number) {
    room(Integer.BYTES);
    out.putInt(number);
  }

  private void room(int bytes) {
    if (out.remaining() < bytes) {
      int needed = Math.addExact(out.position(), bytes);
      int size = (int) Math.max(needed, Math.min(2L * out.capacity(), BYTES_MAX));
      out = ByteBuffer.wrap(Arrays.copyOf(out.array(), size)).position(out.position());
    }
  }
}
