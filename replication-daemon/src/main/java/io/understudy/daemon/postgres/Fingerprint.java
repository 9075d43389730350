package io.understudy.daemon.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/**
 * A short name for the shape of all tables of a user: names, types with their modifiers, collations
 * and keys. Equal on every server and version of PostgreSQL for equal shapes.
 *
 * @param value first 64 bits of the MD5 of their description
 */
public record Fingerprint(long value) {
  private static final String QUERY =
      """
      SELECT ('x' || left(md5(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), '')), 16))
        ::bit(64)::bigint
      FROM (
        SELECT format('%I.%I.%I %s %s %s %s', n.nspname, c.relname, a.attname,
          format_type(a.atttypid, a.atttypmod), coalesce(o.collname, '-'), a.attgenerated,
          coalesce(array_position(k.indkey::int2[], a.attnum)::text, '-'))
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_collation o ON o.oid = a.attcollation
        LEFT JOIN pg_index k ON k.indrelid = c.oid AND k.indisprimary
        WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname !~ '^pg_'
          AND n.nspname NOT IN ('information_schema', 'understudy')
      ) AS lines(line)
      """;

  /** Computes it in the database. */
  public static Fingerprint read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(QUERY)) {
      row.next();
      return new Fingerprint(row.getLong(1));
    }
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%016x", value);
  }
}
