-- The sample application's database, the same on every endpoint. PostgreSQL's image runs this as the
-- superuser in the database "orders" when its data directory is new.
--
-- Three roles, so that nobody has more than it needs:
--   orders_owner  owns database and tables; nobody logs in as it
--   understudy    the daemon: replicates, creates its schema, opens and closes the application's
--                 access; no superuser
--   orders_app    the application; may only read until the daemon opens this endpoint for writes
CREATE ROLE orders_owner NOLOGIN;
CREATE ROLE understudy LOGIN REPLICATION IN ROLE orders_owner, pg_signal_backend;
CREATE ROLE orders_app LOGIN;

ALTER DATABASE orders OWNER TO orders_owner;
-- Applying changes must not fire triggers and foreign keys a second time.
GRANT SET ON PARAMETER session_replication_role TO understudy;
-- What it applies is marked, so that a stream back can tell it from the application's own writes.
GRANT EXECUTE ON FUNCTION pg_replication_origin_oid(text), pg_replication_origin_create(text),
  pg_replication_origin_session_setup(text), pg_replication_origin_drop(text) TO understudy;

CREATE TABLE orders (
  id uuid PRIMARY KEY,
  user_key text NOT NULL,
  amount integer NOT NULL,
  version integer NOT NULL,
  note text,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX orders_of_user ON orders (user_key, updated_at DESC);
ALTER TABLE orders OWNER TO orders_owner;
GRANT SELECT ON orders TO orders_app;
