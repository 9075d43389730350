package io.understudy.daemon.postgres;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PreflightTest {
  private final TestDatabase primary = TestDatabase.on("eu-a");
  private final TestDatabase shadow = TestDatabase.on("eu-b");

  private void check() throws Exception {
    Bootstrap.schema(primary.server());
    Bootstrap.schema(shadow.server());
    Preflight preflight = new Preflight();
    preflight.shadow(shadow.server(), preflight.primary(primary.server()));
    preflight.require();
  }

  @Test
  void tablesWithKeysThatAreEqualPass() {
    primary.execute(
        "CREATE TABLE t (id integer PRIMARY KEY, g integer GENERATED ALWAYS AS (1) STORED)");
    shadow.execute("CREATE TABLE t (id integer PRIMARY KEY)");
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  @Test
  void allProblemsAreReportedTogetherWithTheirRemedies() {
    primary.execute("CREATE TABLE nokey (a integer)");
    primary.execute("CREATE TABLE full_identity (a integer)");
    primary.execute("ALTER TABLE full_identity REPLICA IDENTITY FULL");
    primary.execute("CREATE UNLOGGED TABLE fast (id integer PRIMARY KEY)");
    primary.execute("CREATE TABLE silent (id integer PRIMARY KEY)");
    primary.execute("ALTER TABLE silent REPLICA IDENTITY NOTHING");
    primary.execute("CREATE TABLE differs (id integer PRIMARY KEY, a numeric(10,2))");
    primary.execute("CREATE TABLE early (id integer)");
    giveSystemId("early");
    shadow.execute("CREATE TABLE full_identity (a integer)");
    shadow.execute("CREATE TABLE differs (id integer PRIMARY KEY, a numeric(12,2))");
    shadow.execute("CREATE TABLE extra (id integer PRIMARY KEY)");
    shadow.execute("ALTER TABLE extra OWNER TO " + TestDatabase.ROLE);
    assertThatThrownBy(this::check)
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("eu-a")
        .hasMessageContaining("table public.nokey has no primary key")
        .hasMessageContaining("ALTER TABLE public.nokey REPLICA IDENTITY FULL")
        .hasMessageContaining("table public.fast is unlogged")
        .hasMessageContaining("table public.early was made in single-user mode")
        .hasMessageContaining("ALTER TABLE public.silent REPLICA IDENTITY DEFAULT")
        .hasMessageContaining("eu-b")
        .hasMessageContaining("table public.nokey is missing")
        .hasMessageContaining("a numeric(12,2)] key [id] instead of [id integer, a numeric(10,2)]")
        .hasMessageContaining("table public.extra is not on the primary")
        .hasMessageContaining("orders_app owns tables")
        .hasMessageNotContaining("full_identity");
  }

  /** What single-user mode does: the table gets an object id below those of ordinary tables. */
  private void giveSystemId(String table) {
    String before = "'" + table + "'::regclass";
    primary.execute(
        "SET allow_system_table_mods = on;"
            + ("UPDATE pg_attribute SET attrelid = 16000 WHERE attrelid = " + before + ";")
            + ("UPDATE pg_class SET oid = 16000 WHERE oid = " + before));
  }
}
