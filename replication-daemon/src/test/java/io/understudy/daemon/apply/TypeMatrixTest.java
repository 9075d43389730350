package io.understudy.daemon.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.capture.Transaction;
import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.PostgresVersion;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/** Values of every type are written on a primary by SQL and must arrive as the same text. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TypeMatrixTest {
  private static final String TYPES =
      """
      CREATE TYPE mood AS ENUM ('good', 'so so', 'b"ad\\');
      CREATE TYPE inner_pair AS (a integer, b text);
      CREATE TYPE outer_pair AS (p inner_pair, list text[], n numeric(6,2));
      CREATE TYPE float_range AS RANGE (subtype = float8);
      CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
      CREATE DOMAIN very_positive AS positive CHECK (VALUE > 10);
      CREATE DOMAIN short_text AS varchar(5);
      CREATE DOMAIN int_list AS integer[] CHECK (array_length(VALUE, 1) < 5);
      CREATE DOMAIN some_pair AS inner_pair;
      CREATE DOMAIN some_mood AS mood;
      CREATE DOMAIN some_box AS box;
      """;

  private static final List<String> STRINGS =
      List.of(
          "''",
          "'NULL'",
          "'null'",
          "'{}'",
          "'{a,b}'",
          "'a,b'",
          "' x '",
          "'(1,2)'",
          "'\"'",
          "'\\'",
          "'\\\\\"\\'",
          "E'line\\nfeed\\ttab\\r'",
          "'Zoë 漢字 🎭'",
          "''''",
          "'$1 ?'",
          "'infinity'");

  private final TestDatabase primary = TestDatabase.on(versionOfPrimary(), "eu-a");
  private final TestDatabase shadow = TestDatabase.on(versionOfShadow(), "eu-b");

  PostgresVersion versionOfPrimary() {
    return PostgresVersion.V17;
  }

  PostgresVersion versionOfShadow() {
    return PostgresVersion.V17;
  }

  @BeforeAll
  void typesOnBothSides() throws Exception {
    for (TestDatabase database : List.of(primary, shadow)) {
      database.execute(TYPES);
    }
    Bootstrap.schema(shadow.server());
    // What a value's text means must not depend on it.
    shadow.execute("ALTER DATABASE " + shadow.name() + " SET intervalstyle = 'sql_standard'");
    shadow.execute("ALTER DATABASE " + shadow.name() + " SET array_nulls = off");
    shadow.execute("ALTER DATABASE " + shadow.name() + " SET xmloption = document");
    shadow.execute("ALTER DATABASE " + shadow.name() + " SET datestyle = 'SQL, DMY'");
    try (Connection connection = shadow.connect()) {
      new AppliedPosition("types").replace(connection, new Position(1, new Lsn(10)));
    }
  }

  private static Map<String, List<String>> values() {
    Map<String, List<String>> all = new LinkedHashMap<>();
    numbers(all);
    strings(all);
    times(all);
    structures(all);
    own(all);
    return all;
  }

  private static void numbers(Map<String, List<String>> all) {
    all.put("smallint", List.of("-32768", "0", "32767"));
    all.put("integer", List.of("-2147483648", "0", "2147483647"));
    all.put("bigint", List.of("-9223372036854775808", "0", "9223372036854775807"));
    all.put(
        "numeric",
        List.of(
            "'NaN'",
            "'Infinity'",
            "'-Infinity'",
            "0.000",
            "1.50",
            "-1e-30",
            "1e131",
            "123456789012345678901234567890.123456789"));
    all.put("numeric(10,2)", List.of("'NaN'", "-99999999.99", "0", "1.5"));
    all.put("numeric(3,-2)", List.of("12300", "-99900"));
    all.put("real", List.of("'NaN'", "'Infinity'", "'-Infinity'", "'-0'", "1e-45", "3.4028235e38"));
    all.put(
        "double precision",
        List.of("'NaN'", "'Infinity'", "'-0'", "5e-324", "1.7976931348623157e308", "0.1"));
    all.put("money", List.of("'-1234.56'", "0", "'92233720368547758.07'"));
    all.put("boolean", List.of("true", "false"));
    all.put("oid", List.of("0", "4294967295"));
    all.put("xid8", List.of("'0'", "'18446744073709551615'"));
    all.put("pg_lsn", List.of("'0/0'", "'FFFFFFFF/FFFFFFFF'"));
  }

  private static void strings(Map<String, List<String>> all) {
    all.put("text", STRINGS);
    all.put("character varying", STRINGS);
    all.put("character varying(8)", List.of("''", "'12345678'", "'Zoë 漢字'", "'trail   '"));
    all.put("character(5)", List.of("''", "'a'", "'a b  '", "'\"\\,{}'"));
    all.put("character", List.of("' '", "'x'"));
    all.put("\"char\"", List.of("'a'", "''", "'\"'", "'\\'"));
    all.put("name", List.of("'a\"b'", "''"));
    all.put("text COLLATE \"C\"", STRINGS);
    all.put("bytea", List.of("''", "'\\x00ff5c22'", "decode(repeat('ab', 3000), 'hex')"));
    all.put("uuid", List.of("'00000000-0000-0000-0000-000000000000'", "gen_random_uuid()"));
    all.put(
        "json", List.of("'{\"a\" : [1,  null, \"\\\\ \\\"\"]}'", "'null'", "'\"NULL\"'", "' 1 '"));
    all.put("jsonb", List.of("'{\"a\" : [1,  null, \"\\\\ \\\"\"]}'", "'null'", "'{}'", "'[]'"));
    all.put("jsonpath", List.of("'$.a[*] ? (@ > 1)'", "'strict $.\"x y\"'"));
    all.put(
        "xml",
        List.of("'<a b=\"c\">d &amp; e</a>'", "'text only'", "'<?xml version=\"1.0\"?><a/>'"));
    all.put("bit(3)", List.of("B'101'", "B'000'"));
    all.put("bit(1)", List.of("B'1'"));
    all.put("bit varying", List.of("B''", "B'10101010101010101010'"));
    all.put("bit varying(5)", List.of("B''", "B'10101'"));
    all.put("tsvector", List.of("''", "'''a b'':1A c:2,3B ''d\\\\''''e'':4'"));
    all.put("tsquery", List.of("'a & !b <2> ''c d'':*A'", "''"));
  }

  private static void times(Map<String, List<String>> all) {
    all.put("date", List.of("'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'"));
    all.put("time", List.of("'00:00'", "'24:00'", "'23:59:59.999999'"));
    all.put("time(2)", List.of("'12:00:00.12'"));
    all.put("timetz", List.of("'00:00+15:59'", "'23:59:59.999999-08'"));
    List<String> timestamps =
        List.of(
            "'infinity'",
            "'-infinity'",
            "'4713-01-01 00:00:00 BC'",
            "'294276-12-31 23:59:59.999999'",
            "'2024-02-29 12:00:00.000001'",
            "'2024-03-04 05:06:07'");
    all.put("timestamp", timestamps);
    all.put("timestamptz", timestamps);
    all.put("timestamp(3)", List.of("'infinity'", "'2024-02-29 12:00:00.123'"));
    all.put("timestamptz(0)", List.of("'2024-02-29 12:00:00+05:45'"));
    all.put(
        "interval",
        List.of(
            "'0'",
            "'-1 days +02:03:04.5'",
            "'1 year -2 mons 3 days -04:05:06'",
            "'-1 mon'",
            "'178000000 years'",
            "'infinity'"));
    all.put("interval day to second(2)", List.of("'-3 days -04:05:06.78'"));
    all.put("interval year to month", List.of("'-3 years 1 month'"));
  }

  private static void structures(Map<String, List<String>> all) {
    all.put("inet", List.of("'10.0.0.1/8'", "'::1'", "'255.255.255.255'"));
    all.put("cidr", List.of("'10.0.0.0/8'", "'2001:db8::/32'"));
    all.put("macaddr", List.of("'08:00:2b:01:02:03'"));
    all.put("macaddr8", List.of("'08:00:2b:01:02:03:04:05'"));
    all.put("point", List.of("'(1,-2.5)'", "'(Infinity,NaN)'"));
    all.put("line", List.of("'{1,-1,0}'"));
    all.put("lseg", List.of("'[(0,0),(1,1)]'"));
    all.put("box", List.of("'(1,1),(0,0)'", "'(2,2),(1,1)'"));
    all.put("path", List.of("'[(0,0),(1,1)]'", "'((0,0),(1,1))'"));
    all.put("polygon", List.of("'((0,0),(1,1),(2,0))'"));
    all.put("circle", List.of("'<(0,0),1.5>'"));
    all.put("int4range", List.of("'empty'", "'[1,5)'", "'(,)'", "'[3,)'"));
    all.put("numrange", List.of("'[1.0,1.00]'", "'(-Infinity,NaN]'"));
    all.put("tsrange", List.of("'[\"2024-01-01 00:00\",infinity)'", "'[,\"2024-01-01 00:00\"]'"));
    all.put("daterange", List.of("'[2024-01-01,2024-02-01)'"));
    all.put("int4multirange", List.of("'{}'", "'{[1,2),[5,9)}'"));
    all.put("tstzmultirange", List.of("'{[\"2024-01-01 00:00+00\",\"2024-01-02 00:00+00\"]}'"));
    all.put("pg_snapshot", List.of("'10:20:10,14,15'"));
    all.put("regclass", List.of("'pg_class'::regclass"));
    all.put("integer[]", List.of("'{}'", "'{1,NULL,3}'", "'[-1:0]={1,2}'", "'{{1,2},{3,4}}'"));
    all.put(
        "text[]",
        List.of(
            "'{}'", "'{NULL,\"NULL\",\"\",\"a,b\",\"{x}\",\"q\\\"q\",\"b\\\\s\"}'", "'{{a},{b}}'"));
    all.put("varchar(3)[]", List.of("'{abc,\"\"}'"));
    all.put("character(3)[]", List.of("'{abc,a}'"));
    all.put("numeric(10,2)[]", List.of("'{1.5,NaN,NULL}'"));
    all.put("bit(2)[]", List.of("'{10,01}'"));
    all.put("timestamptz[]", List.of("'{infinity,\"2024-01-01 00:00+00\"}'"));
    all.put("bytea[]", List.of("array['\\x00'::bytea, '\\x5c22', '']"));
    all.put("jsonb[]", List.of("array['{\"a\": [1]}'::jsonb, null]"));
    all.put("box[]", List.of("'{(1,1),(0,0);(2,2),(1,1)}'", "'{}'"));
    all.put("int4range[]", List.of("'{\"[1,5)\",empty}'"));
    all.put("int2vector", List.of("'1 2 3'", "''"));
    all.put("oidvector", List.of("'1 2 3'"));
  }

  private static void own(Map<String, List<String>> all) {
    all.put("mood", List.of("'good'", "'so so'", "'b\"ad\\'"));
    all.put("mood[]", List.of("'{good,\"so so\"}'", "array['b\"ad\\'::mood]"));
    all.put("positive", List.of("1"));
    all.put("very_positive", List.of("11"));
    all.put("short_text", List.of("'abcde'", "'\"{\\'", "''"));
    all.put("short_text[]", List.of("'{abcde,\"\"}'"));
    all.put("int_list", List.of("'{}'", "'{1,NULL}'"));
    all.put(
        "int_list[]", List.of("array['{1,2}'::int_list, '{}']::int_list[]", "'{\"{1,2}\",NULL}'"));
    all.put("some_mood", List.of("'b\"ad\\'"));
    all.put("some_box", List.of("'(1,1),(0,0)'"));
    all.put("some_pair", List.of("(1, 'a,\"b')::inner_pair"));
    all.put("inner_pair", List.of("(1, '')", "(null, null)", "(2, null)", "(3, '\"(x),\\')"));
    all.put("inner_pair[]", List.of("array[(1, 'a')::inner_pair, null, (2, '\"\\')::inner_pair]"));
    all.put("outer_pair", List.of("((1, '\"')::inner_pair, array['a\"', null, '\\'], 1.5)"));
    all.put("float_range", List.of("'[-Infinity,1.5)'"));
  }

  @TestFactory
  Stream<DynamicTest> everyValueArrivesAsItWas() {
    int[] number = new int[1];
    return values().entrySet().stream()
        .map(entry -> {
          String table = "v" + number[0]++;
          return DynamicTest.dynamicTest(
              entry.getKey(), () -> arrives(table, entry.getKey(), entry.getValue()));
        });
  }

  private void arrives(String table, String type, List<String> values) throws Exception {
    onBoth("CREATE TABLE " + table + " (id integer primary KEY, v " + type + ")");
    List<String> all = new ArrayList<>(values);
    all.add("NULL");
    StringBuilder inserts = new StringBuilder();
    for (int i = 0; i < all.size(); i++) {
      inserts.append("INSERT INTO %s VALUES (%d, %s);".formatted(table, i, all.get(i)));
    }
    primary.execute(inserts.toString());
    List<Change> changes = inserts(table, "id", "v");
    apply(changes);
    assertThat(rows(shadow, table, "id", "v")).isEqualTo(rows(primary, table, "id", "v"));

    primary.execute(
        "UPDATE ONLY "
            + table
            + " SET v = (SELECT v FROM "
            + table
            + " o WHERE o.id = ("
            + table
            + ".id + 1) % "
            + all.size()
            + ")");
    List<Change> updates = new ArrayList<>();
    for (Row row : rows(primary, table, "id", "v")) {
      Row key = new Row(List.of("id"), List.of(String.valueOf(row.values().getFirst())));
      updates.add(new Change.Update(new TableName("public", table), key, row, List.of()));
    }
    apply(updates);
    assertThat(rows(shadow, table, "id", "v")).isEqualTo(rows(primary, table, "id", "v"));
    asKey(table + "k", table, type);
    withoutKey(table + "h", table, type);
  }

  /** Finds and deletes rows by such a value, if it can be a key. */
  private void asKey(String table, String from, String type) throws Exception {
    try {
      onBoth("CREATE TABLE " + table + " (v " + type + " primary KEY, n integer)");
      primary.execute(
          "INSERT INTO "
              + table
              + " SELECT v, id FROM "
              + from
              + " WHERE v IS NOT NULL ON CONFLICT DO NOTHING");
    } catch (IllegalStateException e) {
      // No order for the type, or none for the array's elements.
      assertThat(e.getCause())
          .isInstanceOfSatisfying(
              SQLException.class, error -> assertThat(error.getSQLState()).isIn("42704", "42883"));
      return;
    }
    List<Change> changes = inserts(table, "v", "n");
    apply(changes);
    List<Change> later = new ArrayList<>();
    TableName name = new TableName("public", table);
    for (int i = 0; i < changes.size(); i++) {
      Row row = ((Change.Insert) changes.get(i)).row();
      String value = row.values().getFirst();
      Row key = new Row(List.of("v"), List.of(String.valueOf(value)));
      later.add(
          i == 0
              ? new Change.Delete(name, key)
              : new Change.Update(
                  name, key, new Row(List.of("v", "n"), List.of(value, "77")), List.of()));
    }
    apply(later);
    assertThat(rows(shadow, table, "v", "n"))
        .hasSize(changes.size() - 1)
        .allMatch(row -> "77".equals(row.values().getLast()));
  }

  /** Finds and deletes rows by all their values. */
  private void withoutKey(String table, String from, String type) throws Exception {
    onBoth("CREATE TABLE " + table + " (v " + type + ", n integer)");
    onBoth("ALTER TABLE " + table + " REPLICA IDENTITY FULL");
    primary.execute("INSERT INTO " + table + " SELECT v, id FROM " + from);
    List<Change> changes = inserts(table, "v", "n");
    apply(changes);
    List<Change> deletes = new ArrayList<>();
    changes.forEach(
        change -> deletes.add(new Change.Delete(change.table(), ((Change.Insert) change).row())));
    apply(deletes);
    assertThat(rows(shadow, table, "v", "n")).isEmpty();
  }

  @Test
  void generatedColumnsAreMadeAndIdentitiesKept() throws Exception {
    onBoth(
        "CREATE TABLE made (id bigint GENERATED ALWAYS AS IDENTITY primary KEY, a integer,"
            + " twice integer GENERATED ALWAYS AS (a * 2) STORED,"
            + " other bigint GENERATED BY DEFAULT AS IDENTITY,"
            + " always bigint DEFAULT 5)");
    primary.execute("INSERT INTO made (a) SELECT * FROM generate_series(1, 20)");
    apply(inserts("made", "id", "a", "other", "always"));
    TableName name = new TableName("public", "made");
    apply(
        List.of(
            new Change.Update(
                name,
                new Row(List.of("id"), List.of("7")),
                new Row(List.of("id", "a", "other", "always"), List.of("7", "50", "1", "2")),
                List.of())));
    primary.execute("UPDATE made SET a = 50, other = 1, always = 2 WHERE id = 7");
    assertThat(shadow.contents().get("public.made"))
        .isEqualTo(primary.contents().get("public.made"));
  }

  @Test
  void childrenOfATableKeepTheirRows() throws Exception {
    onBoth("CREATE TABLE ancestor (id integer primary KEY, v text)");
    onBoth("CREATE TABLE heir (primary KEY (id)) INHERITS (ancestor)");
    primary.execute("INSERT INTO ancestor VALUES (1, 'a'), (2, 'b')");
    shadow.execute("INSERT INTO heir VALUES (1, 'c'), (2, 'd')");
    apply(
        inserts("ancestor", "id", "v").stream()
            .filter(c -> c.table().table().equals("ancestor"))
            .toList());
    TableName name = new TableName("public", "ancestor");
    apply(
        List.of(
            new Change.Delete(name, new Row(List.of("id"), List.of("1"))),
            new Change.Update(
                name,
                new Row(List.of("id"), List.of("2")),
                new Row(List.of("id", "v"), List.of("2", "x")),
                List.of())));
    apply(List.of(new Change.Truncate(name)));
    assertThat(shadow.query("SELECT string_agg(id || v, ' ' ORDER BY id) FROM ancestor"))
        .isEqualTo("1c 2d");
  }

  private void onBoth(String sql) {
    primary.execute(sql);
    shadow.execute(sql);
  }

  private List<Change> inserts(String table, String... columns) throws SQLException {
    List<Change> changes = new ArrayList<>();
    for (Row row : rows(primary, table, columns)) {
      changes.add(new Change.Insert(new TableName("public", table), row));
    }
    return changes;
  }

  private static List<Row> rows(TestDatabase database, String table, String... columns)
      throws SQLException {
    List<Row> rows = new ArrayList<>();
    String texts = String.join(", ", Stream.of(columns).map(c -> c + "::text").toList());
    try (Connection connection = database.server().apply();
        Statement statement = connection.createStatement();
        ResultSet result =
            statement.executeQuery("SELECT " + texts + " FROM " + table + " ORDER BY " + texts)) {
      while (result.next()) {
        List<@Nullable String> values = new ArrayList<>();
        for (int i = 1; i <= columns.length; i++) {
          values.add(result.getString(i));
        }
        rows.add(new Row(List.of(columns), values));
      }
    }
    return rows;
  }

  private void apply(List<Change> changes) throws Exception {
    TransactionQueue queue = new TransactionQueue(1 << 30);
    Position before;
    try (Connection connection = shadow.connect()) {
      before = new AppliedPosition("types").read(connection).orElseThrow();
    }
    Position after = new Position(1, new Lsn(before.lsn().value() + 1));
    queue.offer(new Transaction(after, 1, changes), Duration.ZERO);
    queue.end();
    Applier applier = new Applier("types", shadow.server(), queue, before, 1000);
    applier.run(new Deaf());
    assertThat(applier.fallbacks()).isZero();
  }
}
