-- The sample application's schema, one statement a line. The role gets its write privileges from
-- the daemon, on the open primary only.
CREATE TABLE orders (id uuid PRIMARY KEY, user_key text NOT NULL, amount integer NOT NULL, version integer NOT NULL, note text, updated_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX orders_of_user ON orders (user_key, updated_at DESC);
CREATE ROLE orders_app LOGIN;
GRANT SELECT ON orders TO orders_app;
