package io.understudy.daemon.snapshot;

import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.postgres.Catalogue;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes the statements that compare one table on two servers and mend it on one of them.
 *
 * <h2>Lanes</h2>
 *
 * A row's lane follows from its key alone, so both servers put it into the same one whatever the
 * order of their collations is. The digest of a lane is the exclusive or of its rows' hashes: one
 * pass over the table in any order gives all of them. A key that is one whole number decides by its
 * value, so that neighbours share a lane and changes that are close together stay in few lanes; any
 * other key by the hash of its text.
 *
 * <p>A row's hash is the first half of the MD5 of the row: of its binary form where that is the
 * same on every server, otherwise of its text under pinned settings. Both say where a field ends
 * and tell NULL from an empty string. If both servers were found to hash alike, PostgreSQL's own
 * hash takes its place, in a third of the time; it promises nothing across major versions. Its seed
 * is the key, so that values that change places between rows do not cancel out. Types for which
 * equal does not mean the same (1.0 and 1.00) are hashed in binary form. All of this is for
 * accidents; nobody is kept from forging a row.
 *
 * <p>A table without a key is one lane, and a sum instead of an exclusive or: it may hold a row
 * twice.
 */
final class LaneSql {
  /** Rows of a lane. Fewer cost more bytes for digests, more cost more bytes for lists of rows. */
  static final int LANE_ROWS = 8;

  static final int LANES_MAX = 1 << 20;

  /** Digests that travel as one value. */
  private static final int PACK = 1_024;

  private static final int NEIGHBOUR_BITS = 3; // 2^3 = LANE_ROWS neighbours share a lane.
  private static final Set<String> WHOLE_NUMBERS = Set.of("smallint", "integer", "bigint");

  /** Types of which values that are equal are the same. */
  private static final Set<String> BYTEWISE =
      Set.of(
          "smallint",
          "integer",
          "bigint",
          "boolean",
          "date",
          "time without time zone",
          "timestamp without time zone",
          "timestamp with time zone",
          "uuid",
          "bytea");

  /** The same, if no collation has a say. */
  private static final Set<String> WORDS = Set.of("text", "character varying");

  private final Catalogue.Table table;
  private final List<Catalogue.Column> key;
  private final int lanes;
  private final boolean nativeHash;

  /**
   * @param rowsEstimated rows of the table, roughly; the same number for both servers
   * @param hashAlike whether PostgreSQL's own hashes are the same on both servers
   */
  LaneSql(Catalogue.Table table, long rowsEstimated, boolean hashAlike) {
    this.table = table;
    this.key = table.key().stream().map(name -> table.column(name).orElseThrow()).toList();
    // A sum of these hashes, which a table without a key needs, would be blind to exchanged values.
    this.nativeHash = hashAlike && !key.isEmpty();
    this.lanes = key.isEmpty() ? 1 : lanes(rowsEstimated);
  }

  /** A prime, so that keys with a step between them do not fall into a few lanes. */
  private static int lanes(long rows) {
    long wanted = Math.clamp(rows / LANE_ROWS, 1, LANES_MAX);
    return BigInteger.valueOf(wanted).nextProbablePrime().intValueExact();
  }

  int lanes() {
    return lanes;
  }

  int keyColumns() {
    return key.size();
  }

  /** One value per {@value #PACK} lanes that hold rows: number and digest of each, 12 bytes. */
  String digests() {
    return copy(
        "SELECT string_agg(int4send(lane) || int8send(digest), ''::pg_catalog.bytea) FROM (SELECT"
            + " lane, "
            + (key.isEmpty() ? "(sum(hash) % 9223372036854775783)::bigint" : "bit_xor(hash)")
            + " AS digest FROM (SELECT "
            + lane()
            + " AS lane, "
            + hash()
            + " AS hash FROM ONLY "
            + table.name().quoted()
            + " AS t) AS hashed GROUP BY lane) AS digests GROUP BY lane / "
            + PACK);
  }

  /**
   * The rows of some lanes, a tuple per lane in the order of their numbers: number, and of each row
   * its hash and the text of its key, see {@link LaneRows}. Only for a table with a key.
   */
  String rows(BitSet wanted) {
    byte[] bits = Arrays.copyOf(wanted.toByteArray(), lanes / Byte.SIZE + 1);
    return copy(
        "SELECT lane, string_agg(packed, ''::pg_catalog.bytea) FROM (SELECT "
            + lane()
            + " AS lane, int8send("
            + hash()
            + ") || "
            + key.stream().map(LaneSql::packed).collect(Collectors.joining(" || "))
            + " AS packed FROM ONLY "
            + table.name().quoted()
            + " AS t WHERE get_bit('\\x"
            + HexFormat.of().formatHex(bits)
            + "'::pg_catalog.bytea, "
            + lane()
            + ") = 1) AS listed GROUP BY lane ORDER BY lane");
  }

  /**
   * The rows with some keys, as COPY data.
   *
   * @param keys an array literal per column of the key
   */
  String fetch(List<String> keys, TransferFormat format) {
    return "COPY (SELECT "
        + columns("t.")
        + " FROM "
        + source(i -> "'" + keys.get(i).replace("'", "''") + "'")
        + " JOIN ONLY "
        + table.name().quoted()
        + " AS t ON "
        + sameKey("t.")
        + ") TO STDOUT (FORMAT "
        + format.word()
        + ")";
  }

  /** All rows, or those in a range of pages; {@code pages} is empty or a condition. */
  String fetchAll(String pages, TransferFormat format) {
    String rows =
        pages.isEmpty()
            ? table.name().quoted() + " (" + columns("") + ")"
            : "(SELECT "
                + columns("t.")
                + " FROM ONLY "
                + table.name().quoted()
                + " AS t"
                + pages
                + ")";
    return "COPY " + rows + " TO STDOUT (FORMAT " + format.word() + ")";
  }

  /** Takes rows in. */
  String fill(TransferFormat format) {
    return "COPY "
        + table.name().quoted()
        + " ("
        + columns("")
        + ") FROM STDIN (FORMAT "
        + format.word()
        + ")";
  }

  /** Deletes rows by their keys; parameters are an array literal per column of the key. */
  String delete() {
    return "DELETE FROM ONLY "
        + table.name().quoted()
        + " AS t USING "
        + source(_ -> "?")
        + " WHERE "
        + sameKey("t.");
  }

  String deleteAll() {
    return "DELETE FROM ONLY " + table.name().quoted();
  }

  private String lane() {
    if (key.isEmpty()) {
      return "0";
    }
    if (isWholeNumber()) {
      return "abs((" + number() + " >> " + NEIGHBOUR_BITS + ") % " + lanes + ")::integer";
    }
    if (nativeHash) {
      return "abs(" + nativeHash(key, "0") + " % " + lanes + ")::integer";
    }
    return "abs(('x' || " + md5(key) + ")::bit(32)::integer::bigint % " + lanes + ")::integer";
  }

  private boolean isWholeNumber() {
    return key.size() == 1 && WHOLE_NUMBERS.contains(key.getFirst().form().base());
  }

  private String number() {
    return "t." + TableName.quote(key.getFirst().name()) + "::bigint";
  }

  private String hash() {
    if (nativeHash) {
      return nativeHash(table.columns(), isWholeNumber() ? number() : nativeHash(key, "0"));
    }
    return "('x' || " + md5(table.columns()) + ")::bit(64)::bigint";
  }

  private static String nativeHash(List<Catalogue.Column> columns, String seed) {
    List<String> fields = new ArrayList<>();
    List<Catalogue.Column> others = new ArrayList<>();
    for (Catalogue.Column column : columns) {
      String name = "t." + TableName.quote(column.name());
      String type = column.form().bare();
      if (BYTEWISE.contains(type) || isOfOneScale(column)) {
        fields.add(name);
      } else if (WORDS.contains(type)) {
        fields.add(name + "::text COLLATE \"C\"");
      } else {
        others.add(column);
      }
    }
    if (!others.isEmpty()) {
      String row = row(others);
      fields.add(
          TransferFormat.isSameEverywhere(others)
              ? "record_send(" + row + ")"
              : row + "::text COLLATE \"C\"");
    }
    return "hash_record_extended(ROW(" + String.join(", ", fields) + "), " + seed + ")";
  }

  /** Of numbers with the same digits after the point those that are equal are the same. */
  private static boolean isOfOneScale(Catalogue.Column column) {
    return column.form().bare().equals("numeric") && column.type().startsWith("numeric(");
  }

  private static String row(List<Catalogue.Column> columns) {
    return columns.stream()
        .map(column -> "t." + TableName.quote(column.name()))
        .collect(Collectors.joining(", ", "ROW(", ")"));
  }

  private static String md5(List<Catalogue.Column> columns) {
    String row = row(columns);
    return TransferFormat.isSameEverywhere(columns)
        ? "md5(record_send(" + row + "))"
        : "md5(" + row + "::text)";
  }

  private static String packed(Catalogue.Column column) {
    String text = "textsend(t." + TableName.quote(column.name()) + "::text)";
    return "int4send(length(" + text + ")) || " + text;
  }

  private String columns(String prefix) {
    return table.columnNames().stream()
        .map(name -> prefix + TableName.quote(name))
        .collect(Collectors.joining(", "));
  }

  private String source(IntFunction<String> literal) {
    return "unnest("
        + list(", ", i -> literal.apply(i) + "::" + array(key.get(i)))
        + ") AS source("
        + list(", ", i -> "v" + i)
        + ")";
  }

  private static String array(Catalogue.Column column) {
    return column.form().unnestable() ? column.form().bare() + "[]" : "text[]";
  }

  private String sameKey(String prefix) {
    return list(
        " AND ",
        i -> {
          Catalogue.Form form = key.get(i).form();
          String value = "source.v" + i + (form.unnestable() ? "" : "::" + form.bare());
          String base = "::" + form.base();
          return prefix + TableName.quote(key.get(i).name()) + base + " = " + value + base;
        });
  }

  private String list(String separator, IntFunction<String> item) {
    return IntStream.range(0, key.size()).mapToObj(item).collect(Collectors.joining(separator));
  }

  private static String copy(String query) {
    return "COPY (" + query + ") TO STDOUT (FORMAT binary)";
  }
}
