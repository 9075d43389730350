package io.understudy.daemon.preflight;

import io.understudy.daemon.postgres.Finding.Level;
import java.util.List;

/** What must be equal on the primary and a shadow beside the tables, a table of queries. */
final class Comparisons {
  private Comparisons() {}

  private static final String OF_USER =
      " AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'understudy') ";

  static final List<Comparison> ALL =
      List.of(
          new Comparison(
              "encoding",
              Level.ERROR,
              Level.ERROR,
              "make that database anew with the primary's encoding",
              """
              SELECT 'encoding', pg_encoding_to_char(encoding) FROM pg_database
              WHERE datname = current_database()
              """),
          new Comparison(
              "major version",
              Level.WARNING,
              Level.WARNING,
              "upgrade one of them before you rely on the shadow for long",
              """
              SELECT 'PostgreSQL',
                (current_setting('server_version_num')::int / 10000)::text
              """),
          new Comparison(
              "collation",
              Level.WARNING,
              Level.WARNING,
              "texts are sorted otherwise there; use the same provider, locale and library",
              """
              SELECT key, value FROM (SELECT *, to_jsonb(d) AS j FROM pg_database d
                WHERE datname = current_database()) AS d
              CROSS JOIN LATERAL (VALUES
                ('provider', d.datlocprovider::text), ('LC_COLLATE', d.datcollate::text),
                ('LC_CTYPE', d.datctype::text),
                ('locale', coalesce(j->>'datlocale', j->>'daticulocale', 'none')),
                ('version', coalesce(pg_database_collation_actual_version(d.oid), 'none')))
                AS facts(key, value)
              """),
          new Comparison(
              "extensions",
              Level.ERROR,
              Level.WARNING,
              "CREATE EXTENSION or ALTER EXTENSION ... UPDATE there",
              "SELECT 'extension ' || extname, extversion FROM pg_extension"),
          new Comparison(
              "sequences",
              Level.ERROR,
              Level.WARNING,
              "create or alter it there as it is on the primary",
              """
              SELECT format('sequence %I.%I', schemaname, sequencename),
                format('%s by %s from %s in %s..%s%s', data_type, increment_by, start_value,
                  min_value, max_value, CASE WHEN cycle THEN ' cycling' ELSE '' END)
              FROM pg_sequences
              WHERE schemaname !~ '^pg_' AND schemaname NOT IN ('information_schema', 'understudy')
              """),
          new Comparison(
              "generated columns",
              Level.ERROR,
              Level.ERROR,
              "give it the same expression there; a shadow computes it itself",
              """
              SELECT format('column %s.%I', c.oid::regclass, a.attname),
                a.attgenerated::text || ' ' || pg_get_expr(f.adbin, f.adrelid)
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
              WHERE a.attgenerated <> '' AND a.attnum > 0 AND c.relkind IN ('r', 'p')\
              """
                  + OF_USER),
          new Comparison(
              "defaults",
              Level.WARNING,
              Level.WARNING,
              "ALTER TABLE ... SET DEFAULT there, or it behaves otherwise once it is the primary",
              """
              SELECT format('default of %s.%I', c.oid::regclass, a.attname),
                pg_get_expr(f.adbin, f.adrelid)
              FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
              WHERE a.attgenerated = '' AND a.attnum > 0 AND c.relkind IN ('r', 'p')\
              """
                  + OF_USER),
          new Comparison(
              "constraints",
              Level.WARNING,
              Level.WARNING,
              "add the same constraint there, or it allows more once it is the primary",
              """
              SELECT format('constraint %s on %s', o.conname, o.conrelid::regclass),
                pg_get_constraintdef(o.oid)
              FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE o.contype IN ('c', 'f', 'u', 'x') AND c.relkind IN ('r', 'p')\
              """
                  + OF_USER
                  + """
                  UNION ALL
                  SELECT format('unique index %s', i.indexrelid::regclass),
                    pg_get_indexdef(i.indexrelid)
                  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE i.indisunique AND NOT EXISTS (
                    SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid)\
                  """
                  + OF_USER));

  /** The other way round: what a shadow has and the primary lacks stops changes that it has. */
  static final List<Comparison> REVERSED =
      List.of(
          new Comparison(
              "constraints of a shadow",
              Level.ERROR,
              Level.OK,
              "drop it, or create it on the primary too",
              """
              SELECT format('unique index %s on %s is here, on the primary it', i.indexrelid::regclass,
                i.indrelid::regclass), ''
              FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE i.indisunique AND NOT EXISTS (
                SELECT FROM pg_constraint o WHERE o.conindid = i.indexrelid)\
              """
                  + OF_USER
                  + """
                  UNION ALL
                  SELECT format('constraint %s on %s is here, on the primary it', o.conname,
                    o.conrelid::regclass), ''
                  FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
                  JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE o.contype IN ('c', 'u', 'x') AND c.relkind IN ('r', 'p')\
                  """
                  + OF_USER));
}
