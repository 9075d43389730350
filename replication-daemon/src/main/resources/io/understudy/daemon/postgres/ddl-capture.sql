-- Records the statements that change the schema in understudy.ddl, in their own transaction.
-- Runs with the rights of its owner, the daemon's role; every name is qualified, because it must
-- not set the search_path that it records.
CREATE OR REPLACE FUNCTION understudy.capture_ddl() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER AS $body$
DECLARE
  asked text := pg_catalog.current_query();
  bare text;
  made pg_catalog.regclass;
  publication name;
BEGIN
  IF pg_catalog.current_setting('application_name') = 'understudy'
    OR TG_TAG ~ '(PUBLICATION|SUBSCRIPTION|REINDEX|SECURITY LABEL)' OR asked ~* '\mCONCURRENTLY\M'
  THEN
    RETURN;
  END IF;
  IF TG_EVENT = 'sql_drop' THEN
    IF TG_TAG !~ '^DROP ' OR NOT EXISTS (
      SELECT FROM pg_catalog.pg_event_trigger_dropped_objects() AS d
      WHERE d.original AND NOT d.is_temporary)
    THEN
      RETURN;
    END IF;
  ELSIF TG_TAG ~ '^DROP ' OR NOT EXISTS (
    SELECT FROM pg_catalog.pg_event_trigger_ddl_commands() AS c
    WHERE NOT c.in_extension AND c.schema_name IS DISTINCT FROM 'pg_temp')
  THEN
    RETURN;
  END IF;
  -- One pattern at a time: with alternatives the longest match would win.
  bare := pg_catalog.regexp_replace(asked, '\$(\w*?)\$.*?\$\1\$', 'x', 'g');
  bare := pg_catalog.regexp_replace(bare, '/\*.*?\*/', ' ', 'g');
  bare := pg_catalog.regexp_replace(bare, '--[^\n]*', ' ', 'g');
  bare := pg_catalog.regexp_replace(bare, '''[^'']*''', 'x', 'g');
  bare := pg_catalog.regexp_replace(bare, '"[^"]*"', 'x', 'g');
  IF TG_TAG IN ('CREATE TABLE AS', 'SELECT INTO') THEN
    RAISE EXCEPTION 'understudy: a table that is made with rows in it has them on one endpoint only'
      USING HINT = 'CREATE TABLE first, then INSERT ... SELECT.';
  ELSIF pg_catalog.upper(pg_catalog.substring(bare, '^\s*(\w+)'))
      IS DISTINCT FROM pg_catalog.split_part(TG_TAG, ' ', 1)
    OR bare ~ ';\s*\S' AND bare !~* '\mBEGIN\s+ATOMIC\M'
  THEN
    RAISE EXCEPTION 'understudy: this % cannot be repeated on the shadows', TG_TAG
      USING HINT = 'Send it as a statement of its own, not inside of DO or a function and not'
        || ' together with others; or use ./understudy schema apply.';
  END IF;
  INSERT INTO understudy.ddl (role, search_path, command) VALUES (
    CASE pg_catalog.current_setting('role') WHEN 'none' THEN session_user
      ELSE pg_catalog.current_setting('role') END,
    pg_catalog.current_setting('search_path'), asked);
  IF TG_TAG = 'CREATE TABLE' THEN
    FOR made IN
      SELECT c.objid FROM pg_catalog.pg_event_trigger_ddl_commands() AS c
      JOIN pg_catalog.pg_class AS k ON k.oid = c.objid
      WHERE c.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND k.relkind = 'r'
        AND k.relpersistence = 'p'
    LOOP
      FOR publication IN
        SELECT p.pubname FROM pg_catalog.pg_publication AS p WHERE p.pubname ^@ 'understudy_'
      LOOP
        EXECUTE pg_catalog.format('ALTER PUBLICATION %I ADD TABLE ONLY %s', publication, made);
      END LOOP;
    END LOOP;
  END IF;
END
$body$;

-- Values that each server computes anew would differ on every endpoint.
CREATE OR REPLACE FUNCTION understudy.check_rewrite() RETURNS event_trigger
LANGUAGE plpgsql AS $body$
BEGIN
  IF pg_catalog.pg_event_trigger_table_rewrite_reason() & 2 <> 0
    AND pg_catalog.current_query() !~* 'GENERATED\s+ALWAYS\s+AS\s*\('
  THEN
    RAISE EXCEPTION 'understudy: this fills existing rows of % with values that would differ on'
      ' every endpoint', pg_catalog.pg_event_trigger_table_rewrite_oid()::pg_catalog.regclass
      USING HINT = 'Add the column without a default, set the default, then UPDATE the rows.';
  END IF;
END
$body$;

DROP EVENT TRIGGER IF EXISTS understudy_ddl;
CREATE EVENT TRIGGER understudy_ddl ON ddl_command_end EXECUTE FUNCTION understudy.capture_ddl();
DROP EVENT TRIGGER IF EXISTS understudy_drop;
CREATE EVENT TRIGGER understudy_drop ON sql_drop EXECUTE FUNCTION understudy.capture_ddl();
DROP EVENT TRIGGER IF EXISTS understudy_rewrite;
CREATE EVENT TRIGGER understudy_rewrite ON table_rewrite
  EXECUTE FUNCTION understudy.check_rewrite();
