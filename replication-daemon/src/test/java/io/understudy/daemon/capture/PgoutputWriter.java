package io.understudy.daemon.capture;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.understudy.model.Lsn;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes messages as {@code pgoutput} does; with a transaction id, as inside a stream. */
final class PgoutputWriter {
  /** Stands for a large value that did not change. */
  static final String UNCHANGED = new String("unchanged");

  /** Puts what follows the type. */
  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private final @Nullable Integer xid;

  private PgoutputWriter(@Nullable Integer xid) {
    this.xid = xid;
  }

  /** Messages of a transaction that was not streamed. */
  static PgoutputWriter plain() {
    return new PgoutputWriter(null);
  }

  /** Messages of a (sub)transaction inside a stream. */
  static PgoutputWriter streamed(int xid) {
    return new PgoutputWriter(xid);
  }

  static ByteBuffer begin(int xid) {
    return message(
        'B',
        null,
        out -> {
          out.writeLong(1);
          out.writeLong(2);
          out.writeInt(xid);
        });
  }

  static ByteBuffer commit(Lsn end) {
    return message('C', null, out -> end(out, end));
  }

  static ByteBuffer streamStart(int xid) {
    return message(
        'S',
        null,
        out -> {
          out.writeInt(xid);
          out.writeByte(1);
        });
  }

  static ByteBuffer streamStop() {
    return message('E', null, _ -> {});
  }

  static ByteBuffer streamCommit(int xid, Lsn end) {
    return message(
        'c',
        null,
        out -> {
          out.writeInt(xid);
          end(out, end);
        });
  }

  static ByteBuffer streamAbort(int xid, int subxid) {
    return message(
        'A',
        null,
        out -> {
          out.writeInt(xid);
          out.writeInt(subxid);
        });
  }

  /** Never carries a transaction id. */
  static ByteBuffer origin(String name) {
    return message(
        'O',
        null,
        out -> {
          out.writeLong(7);
          string(out, name);
        });
  }

  ByteBuffer type(String name) {
    return message(
        'Y',
        xid,
        out -> {
          out.writeInt(4711);
          string(out, "public");
          string(out, name);
        });
  }

  /**
   * @param columns names; those that identify a row begin with an asterisk
   */
  ByteBuffer relation(int id, String table, char identity, String... columns) {
    return message(
        'R',
        xid,
        out -> {
          out.writeInt(id);
          string(out, "public");
          string(out, table);
          out.writeByte(identity);
          out.writeShort(columns.length);
          for (String column : columns) {
            out.writeByte(column.startsWith("*") ? 1 : 0);
            string(out, column.replace("*", ""));
            out.writeInt(25);
            out.writeInt(-1);
          }
        });
  }

  ByteBuffer insert(int relation, @Nullable String... row) {
    return message(
        'I',
        xid,
        out -> {
          out.writeInt(relation);
          tuple(out, 'N', row);
        });
  }

  ByteBuffer update(int relation, @Nullable String... row) {
    return insertAs('U', relation, row);
  }

  /**
   * @param mark K or O
   */
  ByteBuffer update(
      int relation, char mark, List<@Nullable String> old, List<@Nullable String> row) {
    return message(
        'U',
        xid,
        out -> {
          out.writeInt(relation);
          tuple(out, mark, old.toArray(new String[0]));
          tuple(out, 'N', row.toArray(new String[0]));
        });
  }

  /**
   * @param mark K or O
   */
  ByteBuffer delete(int relation, char mark, @Nullable String... old) {
    return message(
        'D',
        xid,
        out -> {
          out.writeInt(relation);
          tuple(out, mark, old);
        });
  }

  ByteBuffer truncate(int... relations) {
    return message(
        'T',
        xid,
        out -> {
          out.writeInt(relations.length);
          out.writeByte(1);
          for (int relation : relations) {
            out.writeInt(relation);
          }
        });
  }

  private ByteBuffer insertAs(char type, int relation, @Nullable String... row) {
    return message(
        type,
        xid,
        out -> {
          out.writeInt(relation);
          tuple(out, 'N', row);
        });
  }

  private static void end(DataOutputStream out, Lsn end) throws IOException {
    out.writeByte(0);
    out.writeLong(end.value() - 8);
    out.writeLong(end.value());
    out.writeLong(3);
  }

  @SuppressWarnings("ReferenceEquality") // No text of a test may be taken for the mark.
  private static void tuple(DataOutputStream out, char mark, @Nullable String... values)
      throws IOException {
    out.writeByte(mark);
    out.writeShort(values.length);
    for (String value : values) {
      if (value == null) {
        out.writeByte('n');
      } else if (value == UNCHANGED) {
        out.writeByte('u');
      } else {
        byte[] text = value.getBytes(UTF_8);
        out.writeByte('t');
        out.writeInt(text.length);
        out.write(text);
      }
    }
  }

  private static void string(DataOutputStream out, String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.writeByte(0);
  }

  private static ByteBuffer message(char type, @Nullable Integer xid, Body body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(type);
      if (xid != null) {
        out.writeInt(xid);
      }
      body.write(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ByteBuffer.wrap(bytes.toByteArray());
  }
}
