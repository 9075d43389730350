package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.understudy.daemon.capture.PgoutputMessage.Begin;
import io.understudy.daemon.capture.PgoutputMessage.Column;
import io.understudy.daemon.capture.PgoutputMessage.Commit;
import io.understudy.daemon.capture.PgoutputMessage.Delete;
import io.understudy.daemon.capture.PgoutputMessage.Identity;
import io.understudy.daemon.capture.PgoutputMessage.Ignored;
import io.understudy.daemon.capture.PgoutputMessage.Insert;
import io.understudy.daemon.capture.PgoutputMessage.Relation;
import io.understudy.daemon.capture.PgoutputMessage.StreamAbort;
import io.understudy.daemon.capture.PgoutputMessage.StreamCommit;
import io.understudy.daemon.capture.PgoutputMessage.StreamStart;
import io.understudy.daemon.capture.PgoutputMessage.StreamStop;
import io.understudy.daemon.capture.PgoutputMessage.Truncate;
import io.understudy.daemon.capture.PgoutputMessage.Tuple;
import io.understudy.daemon.capture.PgoutputMessage.Update;
import io.understudy.model.Lsn;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads one message, which must be the whole buffer. What is wrong with it is said with the
 * message's type and the offset, never with its content.
 */
final class PgoutputDecoder {
  private static final int IDENTIFIES = 1;

  private final ByteBuffer bytes;
  private final int start;
  private char type = '?';

  private PgoutputDecoder(ByteBuffer bytes) {
    this.bytes = bytes;
    this.start = bytes.position();
  }

  /**
   * Reads a message. Messages inside a stream carry a transaction id after their type, which {@link
   * StreamedMessage} takes out first.
   *
   * @param bytes in an array that nobody writes to afterwards: rows are views of it
   * @throws PgoutputException if this is no message
   */
  static PgoutputMessage decode(ByteBuffer bytes) {
    PgoutputDecoder decoder = new PgoutputDecoder(bytes);
    PgoutputMessage message = decoder.message();
    if (bytes.hasRemaining() && !(message instanceof Ignored)) {
      throw decoder.wrong(bytes.remaining() + " bytes follow its end");
    }
    return message;
  }

  private PgoutputMessage message() {
    type = (char) (int8() & 0xff);
    return switch (type) {
      case 'B' -> begin();
      case 'C' -> new Commit(commitEnd());
      case 'R' -> relation();
      case 'I' -> insert();
      case 'U' -> update();
      case 'D' -> new Delete(int32(), oldTuple(int8()));
      case 'T' -> truncate();
      case 'S' -> streamStart();
      case 'E' -> new StreamStop();
      case 'c' -> new StreamCommit(int32(), commitEnd());
      case 'A' -> new StreamAbort(int32(), int32());
      case 'Y', 'O', 'M' -> new Ignored(type);
      default -> throw wrong("no message has this type");
    };
  }

  private Begin begin() {
    int64();
    int64();
    return new Begin(Integer.toUnsignedLong(int32()));
  }

  /** Flags, place of the commit record, its end, time. */
  private Lsn commitEnd() {
    int8();
    int64();
    Lsn end = new Lsn(int64());
    int64();
    return end;
  }

  private Relation relation() {
    int id = int32();
    String schema = string();
    TableName table = new TableName(schema.isEmpty() ? "pg_catalog" : schema, string());
    Identity identity = identity(int8());
    int count = count(int16());
    List<Column> columns = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      boolean identifies = (int8() & IDENTIFIES) != 0;
      columns.add(new Column(string(), identifies));
      int32();
      int32();
    }
    return new Relation(id, table, identity, columns);
  }

  private Identity identity(byte code) {
    return switch (code) {
      case 'd' -> Identity.DEFAULT;
      case 'n' -> Identity.NOTHING;
      case 'f' -> Identity.FULL;
      case 'i' -> Identity.INDEX;
      default -> throw wrong("no replica identity has code " + code);
    };
  }

  private Insert insert() {
    int relation = int32();
    return new Insert(relation, newTuple(int8()));
  }

  private Update update() {
    int relation = int32();
    byte mark = int8();
    Optional<Tuple> old = Optional.empty();
    if (mark != 'N') {
      old = Optional.of(oldTuple(mark));
      mark = int8();
    }
    return new Update(relation, old, newTuple(mark));
  }

  private Truncate truncate() {
    int count = count(int32());
    int8();
    List<Integer> relations = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      relations.add(int32());
    }
    return new Truncate(relations);
  }

  private StreamStart streamStart() {
    int xid = int32();
    int8();
    return new StreamStart(xid);
  }

  private Tuple newTuple(byte mark) {
    if (mark != 'N') {
      throw wrong("a new row begins with code " + mark);
    }
    return tuple();
  }

  private Tuple oldTuple(byte mark) {
    if (mark != 'K' && mark != 'O') {
      throw wrong("an old row begins with code " + mark);
    }
    return tuple();
  }

  private Tuple tuple() {
    int count = count(int16());
    int from = bytes.position();
    int unchanged = 0;
    for (int i = 0; i < count; i++) {
      byte kind = int8();
      switch (kind) {
        case Row.NULL -> {}
        case Row.TEXT -> skipText(int32());
        case Tuple.UNCHANGED -> unchanged++;
        case 'b' -> throw wrong("column " + i + " has the binary form, which nobody asked for");
        default -> throw wrong("column " + i + " has a form with code " + kind);
      }
    }
    int base = bytes.arrayOffset();
    return new Tuple(bytes.array(), base + from, base + bytes.position(), count, unchanged);
  }

  /** Every item takes at least a byte, so that garbage cannot ask for much memory. */
  private int count(int count) {
    if (count < 0 || count > bytes.remaining()) {
      throw wrong("it announces " + count + " items");
    }
    return count;
  }

  /** Databases with encoding SQL_ASCII send whatever was put in. */
  private void skipText(int length) {
    if (length < 0 || length > bytes.remaining()) {
      throw wrong("it announces a value of " + length + " bytes");
    }
    int from = bytes.arrayOffset() + bytes.position();
    if (!Utf8.isValid(bytes.array(), from, from + length)) {
      throw wrong("a value is not valid UTF-8; give the database an encoding");
    }
    bytes.position(bytes.position() + length);
  }

  private String string() {
    int from = bytes.position();
    for (int at = from; at < bytes.limit(); at++) {
      if (bytes.get(at) == 0) {
        skipText(at - from);
        bytes.get();
        return new String(bytes.array(), bytes.arrayOffset() + from, at - from, UTF_8);
      }
    }
    throw wrong("a name does not end");
  }

  private byte int8() {
    require(1);
    return bytes.get();
  }

  private short int16() {
    require(2);
    return bytes.getShort();
  }

  private int int32() {
    require(4);
    return bytes.getInt();
  }

  private long int64() {
    require(8);
    return bytes.getLong();
  }

  private void require(int count) {
    if (bytes.remaining() < count) {
      throw wrong("it is cut off");
    }
  }

  private PgoutputException wrong(String what) {
    return new PgoutputException(type, bytes.position() - start, what);
  }
}
