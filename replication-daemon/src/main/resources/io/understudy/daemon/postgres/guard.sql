-- Closes an open database whose commits wait for nobody, when nobody extends its time any more:
-- in the server, so that it does not matter what became of the daemon. A row in understudy.lease
-- means that somebody watches; who closes takes it away.
CREATE UNLOGGED TABLE IF NOT EXISTS understudy.lease (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  ballot bigint NOT NULL, until timestamptz NOT NULL, guard integer NOT NULL);

CREATE OR REPLACE PROCEDURE understudy.guard(asked bigint, application name)
LANGUAGE plpgsql AS $body$
DECLARE
  schema_name text;
  closed boolean := false;
BEGIN
  -- Whoever watched before leaves when it sees this, and not earlier.
  UPDATE understudy.lease SET guard = pg_catalog.pg_backend_pid() WHERE ballot = asked;
  LOOP
    COMMIT;
    IF NOT EXISTS (
      SELECT FROM understudy.lease
      WHERE ballot = asked AND guard = pg_catalog.pg_backend_pid())
    THEN
      RETURN;
    END IF;
    DELETE FROM understudy.lease
      WHERE ballot = asked AND until <= pg_catalog.clock_timestamp();
    EXIT WHEN FOUND;
    PERFORM pg_catalog.pg_sleep(0.02);
  END LOOP;
  WHILE NOT closed LOOP
    BEGIN
      -- A later epoch has its own doors; and whoever opened again had posted a guard before.
      IF understudy.fence(asked) > asked OR EXISTS (SELECT FROM understudy.lease) THEN
        RETURN;
      END IF;
      FOR schema_name IN
        SELECT nspname FROM pg_catalog.pg_namespace
        WHERE nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'understudy')
      LOOP
        EXECUTE pg_catalog.format(
          'REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON ALL TABLES IN SCHEMA %I FROM %I',
          schema_name, application);
        EXECUTE pg_catalog.format(
          'REVOKE USAGE, UPDATE ON ALL SEQUENCES IN SCHEMA %I FROM %I',
          schema_name, application);
      END LOOP;
      closed := true;
    EXCEPTION WHEN OTHERS THEN
      RAISE LOG 'understudy: closing failed and is tried again: %', SQLERRM;
    END;
    COMMIT;
    PERFORM pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
      WHERE usename = application AND datname = pg_catalog.current_database();
    COMMIT;
    IF NOT closed THEN
      PERFORM pg_catalog.pg_sleep(0.02);
    END IF;
  END LOOP;
END $body$;

REVOKE ALL ON PROCEDURE understudy.guard(bigint, name) FROM PUBLIC;
