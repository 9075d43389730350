package io.understudy.daemon.postgres;

import io.understudy.daemon.capture.TableName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The tables of one database that are replicated: all user tables, the heartbeat, the notes on
 * sequences, and the changes of the schema.
 *
 * @param tables by name, in the order of their names
 */
public record Catalogue(Map<TableName, Table> tables) {
  public static final TableName HEARTBEAT = new TableName("understudy", "heartbeat");

  /**
   * One table.
   *
   * @param columns those that can be written (no generated ones), in order
   * @param key columns of the primary key; empty if there is none
   * @param identity pg_class.relreplident: d, n, f, or i
   * @param identityIsKey whether the replica identity's index is the primary key's
   * @param persistence pg_class.relpersistence: p, u
   * @param publishable whether PostgreSQL publishes its changes at all
   */
  public record Table(
      TableName name,
      List<Column> columns,
      List<String> key,
      char identity,
      boolean identityIsKey,
      char persistence,
      boolean publishable) {

    /** Whether rows are known by all columns only. */
    public boolean keyless() {
      return key.isEmpty();
    }

    /** Whether it is one of ours, made by {@link Bootstrap}. */
    boolean own() {
      return name.schema().equals("understudy");
    }

    public List<String> columnNames() {
      return columns.stream().map(Column::name).toList();
    }

    public Optional<Column> column(String columnName) {
      return columns.stream().filter(c -> c.name().equals(columnName)).findFirst();
    }
  }

  /**
   * One column.
   *
   * @param type with its modifiers, as in SQL, for example {@code numeric(10,2)}
   * @param alwaysIdentity GENERATED ALWAYS AS IDENTITY: an UPDATE may not name it
   * @param form how statements handle values of the type
   */
  public record Column(String name, String type, boolean alwaysIdentity, Form form) {}

  /**
   * How statements handle values of a type.
   *
   * @param bare the type without modifiers, as in SQL, for example {@code numeric}
   * @param base the type below domains, without modifiers: some operators know it only
   * @param unnestable whether {@code unnest} gives the values of an array of the type back as they
   *     are, in one column: not so for arrays and composite types
   * @param comparable whether the type is known to have an equality that an index can answer
   */
  public record Form(String bare, String base, boolean unnestable, boolean comparable) {}

  private static final String QUERY =
      """
      WITH RECURSIVE used(type) AS (
        SELECT DISTINCT atttypid FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped
      ), below(type, base) AS (
        SELECT type, type FROM used
        UNION ALL
        SELECT b.type, t.typbasetype FROM below b JOIN pg_type t ON t.oid = b.base
        WHERE t.typtype = 'd'
      ), form AS MATERIALIZED (
        SELECT b.type, format_type(b.type, -1) AS bare, format_type(b.base, -1) AS base,
               own.typarray <> 0 AND own.typdelim = ',' AND own.typcategory NOT IN ('A', 'C')
                 AS unnestable,
               t.typtype IN ('e', 'r', 'm') OR EXISTS (
                 SELECT FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod
                 WHERE m.amname = 'btree' AND o.opcdefault
                   AND (o.opcintype = t.oid OR o.opcintype IN (
                     SELECT casttarget FROM pg_cast
                     WHERE castsource = t.oid AND castmethod = 'b' AND castcontext = 'i')))
                 AS comparable
        FROM below b
        JOIN pg_type t ON t.oid = b.base AND t.typtype <> 'd'
        JOIN pg_type own ON own.oid = b.type
      )
      SELECT n.nspname, c.relname, c.relreplident, c.relpersistence, a.attname,
             format_type(a.atttypid, a.atttypmod), a.attidentity = 'a', a.attgenerated <> '',
             coalesce(array_position(k.indkey::int2[], a.attnum), -1) + 1 AS key_place,
             coalesce(r.indisprimary, false), pg_relation_is_publishable(c.oid),
             f.bare, f.base, f.unnestable, f.comparable
      FROM pg_class c
      JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      JOIN form f ON f.type = a.atttypid
      LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
      LEFT JOIN pg_index r ON r.indrelid = c.oid AND r.indisreplident
      WHERE c.relkind = 'r' AND c.relpersistence <> 't'
        AND (n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast', 'understudy')
             OR n.nspname = 'understudy' AND c.relname IN ('heartbeat', 'sequences', 'ddl'))
      ORDER BY n.nspname, c.relname, a.attnum
      """;

  /** The table of this name, if it is replicated. */
  public Optional<Table> find(TableName name) {
    return Optional.ofNullable(tables.get(name));
  }

  /** Reads it. */
  public static Catalogue read(Connection connection) throws SQLException {
    Map<TableName, Builder> builders = new LinkedHashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(QUERY)) {
      while (rows.next()) {
        TableName name = new TableName(rows.getString(1), rows.getString(2));
        builders.computeIfAbsent(name, Builder::new).add(rows);
      }
    }
    Map<TableName, Table> tables = new LinkedHashMap<>();
    builders.forEach((name, builder) -> tables.put(name, builder.build()));
    return new Catalogue(tables);
  }

  /** Collects one table's columns. */
  private static final class Builder {
    private final TableName name;
    private final List<Column> columns = new ArrayList<>();
    private final Map<Integer, String> key = new TreeMap<>();
    private char identity = 'd';
    private char persistence = 'p';
    private boolean identityIsKey;
    private boolean publishable;

    Builder(TableName name) {
      this.name = name;
    }

    void add(ResultSet row) throws SQLException {
      identity = row.getString(3).charAt(0);
      persistence = row.getString(4).charAt(0);
      identityIsKey = row.getBoolean(10);
      publishable = row.getBoolean(11);
      String column = row.getString(5);
      if (!row.getBoolean(8)) {
        Form form =
            new Form(row.getString(12), row.getString(13), row.getBoolean(14), row.getBoolean(15));
        columns.add(new Column(column, row.getString(6), row.getBoolean(7), form));
      }
      if (row.getInt(9) > 0) {
        key.put(row.getInt(9), column);
      }
    }

    Table build() {
      return new Table(
          name,
          List.copyOf(columns),
          List.copyOf(key.values()),
          identity,
          identityIsKey,
          persistence,
          publishable);
    }
  }
}
