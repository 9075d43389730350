package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.understudy.model.Position;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads one transaction of {@link TransactionCodec}'s format; believes nothing. */
final class TransactionDecoding {
  private final Position position;
  private final ByteBuffer bytes;
  private final List<TableName> tables = new ArrayList<>();
  private final List<Columns> lists = new ArrayList<>();
  private final List<Change> changes = new ArrayList<>();

  TransactionDecoding(Position position, byte[] content) {
    this.position = position;
    this.bytes = ByteBuffer.wrap(content);
  }

  Transaction transaction() {
    byte version = int8();
    if (version != TransactionCodec.VERSION) {
      throw wrong(
          "version " + version + " is not " + TransactionCodec.VERSION + ", the only one known");
    }
    require(Long.BYTES);
    long xid = bytes.getLong();
    int count = upTo(bytes.remaining(), "changes");
    while (changes.size() < count) {
      item(int8());
    }
    if (bytes.hasRemaining()) {
      throw wrong(bytes.remaining() + " bytes follow its last change");
    }
    return new Transaction(position, xid, changes);
  }

  private void item(byte kind) {
    switch (kind) {
      case TransactionCodec.TABLE -> tables.add(new TableName(text(), text()));
      case TransactionCodec.COLUMNS -> lists.add(names());
      case TransactionCodec.INSERT -> changes.add(new Change.Insert(table(), row()));
      case TransactionCodec.UPDATE ->
          changes.add(new Change.Update(table(), row(), row(), columns().names()));
      case TransactionCodec.DELETE -> changes.add(new Change.Delete(table(), row()));
      case TransactionCodec.TRUNCATE -> changes.add(new Change.Truncate(table()));
      case TransactionCodec.UNREADABLE ->
          changes.add(new Change.Unreadable(table(), text(), text()));
      default -> throw wrong("nothing has kind " + kind);
    }
  }

  /** A view of the content, once it is known to hold the values. */
  private Row row() {
    Columns columns = columns();
    int from = bytes.position();
    for (int i = 0; i < columns.size(); i++) {
      byte kind = int8();
      if (kind == Row.TEXT) {
        skipText();
      } else if (kind != Row.NULL) {
        throw wrong("a value has kind " + kind);
      }
    }
    return new Row(columns, bytes.array(), from, bytes.position());
  }

  private Columns names() {
    // Every name takes at least its length, so that garbage cannot ask for much memory.
    int count = upTo(bytes.remaining() / Integer.BYTES, "names");
    List<String> names = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      names.add(text());
    }
    return Columns.of(names);
  }

  private TableName table() {
    return tables.get(upTo(tables.size() - 1, "as a table's number"));
  }

  private Columns columns() {
    return lists.get(upTo(lists.size() - 1, "as a column list's number"));
  }

  private String text() {
    int from = bytes.position() + Integer.BYTES;
    skipText();
    return new String(bytes.array(), from, bytes.position() - from, UTF_8);
  }

  private void skipText() {
    int length = upTo(bytes.remaining() - Integer.BYTES, "bytes of text");
    int from = bytes.position();
    if (!Utf8.isValid(bytes.array(), from, from + length)) {
      throw wrong("a text is not valid UTF-8");
    }
    bytes.position(from + length);
  }

  private int upTo(int max, String what) {
    require(Integer.BYTES);
    int number = bytes.getInt();
    if (number < 0 || number > max) {
      throw wrong("it gives " + number + " " + what + " where at most " + max + " can be");
    }
    return number;
  }

  private byte int8() {
    require(1);
    return bytes.get();
  }

  private void require(int count) {
    if (bytes.remaining() < count) {
      throw wrong("it is cut off");
    }
  }

  private MalformedTransactionException wrong(String what) {
    return new MalformedTransactionException(position, bytes.position(), what);
  }
}
