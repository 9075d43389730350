package io.understudy.daemon.snapshot;

import io.understudy.daemon.postgres.Catalogue;
import java.util.List;
import java.util.Set;

/**
 * How a table's rows travel. Binary is faster; it is used only where every column's type has a
 * binary form that is the same in all major versions and carries no type number of one database.
 */
enum TransferFormat {
  BINARY,
  TEXT;

  private static final Set<String> PORTABLE =
      Set.of(
          "boolean",
          "smallint",
          "integer",
          "bigint",
          "real",
          "double precision",
          "numeric",
          "text",
          "character varying",
          "character",
          "\"char\"",
          "name",
          "bytea",
          "uuid",
          "json",
          "jsonb",
          "date",
          "time without time zone",
          "time with time zone",
          "timestamp without time zone",
          "timestamp with time zone",
          "interval",
          "bit",
          "bit varying",
          "inet",
          "cidr",
          "macaddr",
          "macaddr8",
          "pg_lsn");

  static TransferFormat of(Catalogue.Table table) {
    boolean portable =
        table.columns().stream().allMatch(column -> isPortable(column.form().base()));
    return portable ? BINARY : TEXT;
  }

  /**
   * Says whether a row of these columns has one binary form on all servers. Unlike COPY it names
   * the type of each field, and the number of a domain differs from database to database.
   */
  static boolean isSameEverywhere(List<Catalogue.Column> columns) {
    return columns.stream()
        .map(Catalogue.Column::form)
        .allMatch(form -> form.bare().equals(form.base()) && isPortable(form.base()));
  }

  /** As in a COPY statement. */
  String word() {
    return switch (this) {
      case BINARY -> "binary";
      case TEXT -> "text";
    };
  }

  /** An array says the number of its elements' type, which is fixed for the types of this list. */
  private static boolean isPortable(String type) {
    return PORTABLE.contains(type.endsWith("[]") ? type.substring(0, type.length() - 2) : type);
  }
}
