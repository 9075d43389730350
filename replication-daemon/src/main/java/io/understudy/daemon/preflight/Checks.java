package io.understudy.daemon.preflight;

import java.util.List;

/**
 * The checks of one server, a table of queries. Every endpoint is asked all of them, because every
 * endpoint may become the primary.
 */
final class Checks {
  private Checks() {}

  /** Schemas of the user. */
  private static final String OF_USER =
      " AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'understudy') ";

  static final List<SqlCheck> SERVER =
      List.of(
          new SqlCheck(
              "server version",
              """
              SELECT 'error', 'PostgreSQL ' || current_setting('server_version')
                || ' is too old', 'use PostgreSQL 16 or later'
              WHERE current_setting('server_version_num')::int < 160000
              """),
          new SqlCheck(
              "durability",
              """
              SELECT CASE name WHEN 'fsync' THEN 'error' ELSE 'warning' END,
                name || ' is off, so a crash may lose or damage what was committed',
                'set ' || name || ' = on'
              FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off'
              """),
          new SqlCheck(
              "replication slots",
              """
              SELECT 'error', format('%s of %s replication slots are free, and %s are needed as'
                  || ' primary', free, max, needed),
                'raise max_replication_slots and restart the server, or drop slots nobody uses'
              FROM (SELECT current_setting('max_replication_slots')::int AS max,
                current_setting('understudy.streams')::int AS needed,
                current_setting('max_replication_slots')::int - (SELECT count(*)
                  FROM pg_replication_slots WHERE slot_name NOT LIKE 'understudy\\_'
                    || current_setting('understudy.service') || '\\_%') AS free) AS slots
              WHERE free < needed
              """),
          new SqlCheck(
              "wal senders",
              """
              SELECT 'error', format('%s of %s WAL senders are free, and %s are needed as primary',
                  free, max, needed),
                'raise max_wal_senders and restart the server'
              FROM (SELECT current_setting('max_wal_senders')::int AS max,
                current_setting('understudy.streams')::int AS needed,
                current_setting('max_wal_senders')::int - (SELECT count(*)
                  FROM pg_stat_replication WHERE application_name !~* '^(understudy|debezium)')
                  AS free) AS senders
              WHERE free < needed
              """),
          new SqlCheck(
              "prepared transactions",
              """
              SELECT 'error', format('transaction %L has been prepared since %s; it can be committed'
                  || ' on a primary that is closed', gid, prepared),
                'COMMIT PREPARED or ROLLBACK PREPARED it'
              FROM pg_prepared_xacts WHERE database = current_database()
              UNION ALL
              SELECT 'warning', 'max_prepared_transactions is ' || setting || ': a transaction that'
                  || ' is prepared but not committed is lost at a promotion',
                'set max_prepared_transactions = 0 if nobody needs two-phase commit'
              FROM pg_settings WHERE name = 'max_prepared_transactions' AND setting <> '0'
              """),
          new SqlCheck(
              "superusers",
              """
              SELECT 'warning', 'role ' || rolname || ' is a superuser, and nothing refuses its'
                  || ' writes on a shadow',
                'keep applications and jobs from using it, or ALTER ROLE ' || quote_ident(rolname)
                  || ' NOSUPERUSER'
              FROM pg_roles WHERE rolsuper AND rolcanlogin AND rolname <> current_user
                AND rolname <> current_setting('understudy.application')
              """),
          new SqlCheck(
              "synchronous_commit",
              """
              SELECT CASE WHEN r.rolname = current_setting('understudy.application')
                  OR d.oid IS NOT NULL AND r.oid IS NULL THEN 'error' ELSE 'warning' END,
                format('%s%s has %s, so its commits are acknowledged before they are safe',
                  CASE WHEN r.oid IS NULL THEN 'every role' ELSE 'role ' || r.rolname END,
                  coalesce(' in database ' || d.datname, ''), setting),
                format('ALTER %s%s RESET synchronous_commit',
                  CASE WHEN r.oid IS NULL THEN 'DATABASE ' || quote_ident(d.datname)
                    ELSE 'ROLE ' || quote_ident(r.rolname) END,
                  CASE WHEN r.oid IS NULL THEN ''
                    ELSE coalesce(' IN DATABASE ' || quote_ident(d.datname), '') END)
              FROM pg_db_role_setting s CROSS JOIN unnest(s.setconfig) AS setting
              LEFT JOIN pg_roles r ON r.oid = s.setrole
              LEFT JOIN pg_database d ON d.oid = s.setdatabase
              WHERE setting ~ '^synchronous_commit=(off|local|remote_write)'
                AND (s.setdatabase = 0 OR d.datname = current_database())
              UNION ALL
              SELECT 'error', 'synchronous_commit is ' || setting || ' for the whole server, so'
                  || ' commits are acknowledged before they are safe',
                'set synchronous_commit = on'
              FROM pg_settings WHERE name = 'synchronous_commit'
                AND source IN ('configuration file', 'command line', 'default')
                AND setting IN ('off', 'local', 'remote_write')
              """),
          new SqlCheck(
              "collation versions",
              """
              SELECT 'warning', format('database %s was made with version %s of its collation %s'
                  || ' (provider %s), and the server has %s: indexes on texts may be out of order',
                  datname, datcollversion, datcollate, datlocprovider, actual),
                format('REINDEX DATABASE %1$I, then ALTER DATABASE %1$I REFRESH COLLATION VERSION',
                  datname)
              FROM pg_database, pg_database_collation_actual_version(oid) AS actual
              WHERE datname = current_database() AND datcollversion <> actual
              UNION ALL
              SELECT 'warning', format('collation %s was made with version %s (provider %s), and the'
                  || ' server has %s: indexes that use it may be out of order',
                  c.oid::regcollation, collversion, collprovider, actual),
                format('REINDEX what uses it, then ALTER COLLATION %s REFRESH VERSION',
                  c.oid::regcollation)
              FROM pg_collation c, pg_collation_actual_version(c.oid) AS actual
              WHERE collversion <> actual AND EXISTS (
                SELECT FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid
                JOIN pg_namespace n ON n.oid = t.relnamespace
                WHERE a.attcollation = c.oid AND a.attnum > 0 AND n.nspname !~ '^pg_'
                  AND n.nspname <> 'information_schema')
              """));

  static final List<SqlCheck> ROLES =
      List.of(
          new SqlCheck(
              "privileges of the daemon",
              """
              SELECT * FROM (
                SELECT 'error', 'role ' || rolname || ' may not replicate',
                  'ALTER ROLE ' || quote_ident(rolname) || ' REPLICATION'
                FROM pg_roles WHERE rolname = current_user AND NOT rolsuper AND NOT rolreplication
                UNION ALL
                SELECT 'error', 'role ' || current_user || ' may not create its schema and the'
                    || ' publication',
                  format('GRANT CREATE ON DATABASE %I TO %I', current_database(), current_user)
                WHERE NOT has_database_privilege(current_database(), 'CREATE')
                UNION ALL
                SELECT 'error', 'role ' || current_user || ' may not end sessions of the'
                    || ' application',
                  format('GRANT pg_signal_backend TO %I', current_user)
                WHERE NOT pg_has_role('pg_signal_backend', 'USAGE')
                UNION ALL
                SELECT 'error', 'role ' || current_user || ' may not set session_replication_role,'
                    || ' so triggers and foreign keys would fire a second time',
                  format('GRANT SET ON PARAMETER session_replication_role TO %I', current_user)
                WHERE NOT has_parameter_privilege('session_replication_role', 'SET')
                UNION ALL
                SELECT 'warning', format('role %s may not use %s, so a stream back could not be told'
                    || ' from the application''s own writes', current_user, f.oid::regprocedure),
                  format('GRANT EXECUTE ON FUNCTION %s TO %I', f.oid::regprocedure, current_user)
                FROM pg_proc f WHERE f.proname IN ('pg_replication_origin_oid',
                    'pg_replication_origin_create', 'pg_replication_origin_session_setup',
                    'pg_replication_origin_drop')
                  AND NOT has_function_privilege(f.oid, 'EXECUTE')
                UNION ALL
                SELECT 'error', format('role %s is no member of %s, the owner of %s', current_user,
                    c.relowner::regrole, string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid)),
                  format('GRANT %s TO %I', c.relowner::regrole, current_user)
                FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't'\
              """
                  + OF_USER
                  + """
                      AND NOT pg_has_role(c.relowner, 'USAGE')
                    GROUP BY c.relowner
                  ) AS missing
                  """),
          new SqlCheck(
              "row security",
              """
              SELECT 'error', 'policies hide rows of ' || c.oid::regclass || ' from role '
                  || current_user,
                'ALTER ROLE ' || quote_ident(current_user) || ' BYPASSRLS'
              FROM pg_class c, pg_roles r
              WHERE c.relrowsecurity AND c.relkind IN ('r', 'p') AND r.rolname = current_user
                AND NOT r.rolsuper AND NOT r.rolbypassrls
                AND (c.relforcerowsecurity OR NOT pg_has_role(c.relowner, 'USAGE'))
              """),
          new SqlCheck(
              "writes by other ways",
              """
              SELECT 'error', format('%s on %s is granted to %s, so the application can write'
                  || ' although it is refused', string_agg(a.privilege_type, ', '),
                  c.oid::regclass, CASE a.grantee WHEN 0 THEN 'PUBLIC'
                    ELSE a.grantee::regrole::text END),
                format('REVOKE it, and GRANT it to %s itself',
                  current_setting('understudy.application'))
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              CROSS JOIN aclexplode(c.relacl) AS a
              JOIN pg_roles app ON app.rolname = current_setting('understudy.application')
              WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't'\
              """
                  + OF_USER
                  + """
                    AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
                    AND (a.grantee = 0 OR a.grantee <> app.oid AND a.grantee <> c.relowner
                      AND pg_has_role(app.oid, a.grantee, 'USAGE'))
                  GROUP BY c.oid, a.grantee
                  """));

  static final List<SqlCheck> CONTENTS =
      List.of(
          new SqlCheck(
              "large objects",
              """
              SELECT 'error', count(*) || ' large objects are there, and no stream carries them',
                'move them into bytea columns, or remove them (vacuumlo)'
              FROM pg_largeobject_metadata HAVING count(*) > 0
              """),
          new SqlCheck(
              "triggers",
              """
              SELECT 'error', format('trigger %s on %s is enabled %s, so it fires again when the'
                  || ' change is applied to a shadow', t.tgname, t.tgrelid::regclass,
                  CASE t.tgenabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END),
                format('ALTER TABLE %s ENABLE TRIGGER %I', t.tgrelid::regclass, t.tgname)
              FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE NOT t.tgisinternal AND t.tgenabled IN ('A', 'R')\
              """
                  + OF_USER
                  + """
                  UNION ALL
                  SELECT 'error', format('rule %s on %s is enabled %s, so it acts again when the change'
                      || ' is applied to a shadow', r.rulename, r.ev_class::regclass,
                      CASE r.ev_enabled WHEN 'A' THEN 'ALWAYS' ELSE 'REPLICA' END),
                    format('ALTER TABLE %s ENABLE RULE %I', r.ev_class::regclass, r.rulename)
                  FROM pg_rewrite r WHERE r.ev_enabled IN ('A', 'R')
                  """),
          new SqlCheck(
              "relations that are not replicated",
              """
              SELECT 'warning', CASE c.relkind WHEN 'm' THEN 'materialized view '
                  ELSE 'foreign table ' END || c.oid::regclass || ' is not replicated',
                CASE c.relkind WHEN 'm' THEN 'REFRESH it on a shadow, and after a promotion'
                  ELSE 'see that it leads to the same data from every endpoint' END
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.relkind IN ('m', 'f')\
              """
                  + OF_USER),
          new SqlCheck(
              "room in sequences",
              """
              SELECT 'warning', format('sequence %I.%I has %s values left, and each promotion skips'
                  || ' 1000 or more', schemaname, sequencename, room),
                'ALTER SEQUENCE ... AS bigint with its column, or give it other bounds'
              FROM (SELECT *, CASE WHEN increment_by > 0
                  THEN max_value::numeric - coalesce(last_value, start_value)
                  ELSE coalesce(last_value, start_value) - min_value::numeric END
                  / abs(increment_by) AS steps FROM pg_sequences
                WHERE schemaname !~ '^pg_' AND NOT cycle) AS s,
                floor(steps) AS room
              WHERE room < 100000
              """));
}
