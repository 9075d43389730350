package io.understudy.daemon.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Finding;
import io.understudy.daemon.postgres.Finding.Level;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.config.Topology;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every check against real servers, by what it says. */
class InspectionTest {
  private final TestDatabase primary = TestDatabase.on("eu-a");
  private final TestDatabase shadow = TestDatabase.on("eu-b");

  private static Topology.Service service(Topology.Endpoint... endpoints) {
    return new Topology.Service(
        "orders", List.of("/orders"), new Topology.Slo(250, 0.01), List.of(endpoints));
  }

  private List<Finding> inspect() throws SQLException {
    return new Inspection(service(primary.topology(), shadow.topology()), "eu-a").run();
  }

  /** What is not well, as the command prints it. */
  private static String text(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    findings.stream()
        .filter(finding -> finding.level() != Level.OK)
        .forEach(finding -> text.append(finding.level().word()).append(' ').append(finding));
    return text.toString();
  }

  private void onBoth(String sql) {
    primary.execute(sql);
    shadow.execute(sql);
  }

  private static Topology.Endpoint as(String role, TestDatabase database) {
    Topology.Database own = database.database();
    return new Topology.Endpoint(
        database.endpoint(),
        "eu",
        "127.0.0.1",
        1,
        "/metrics",
        new Topology.Database(
            own.host(), own.port(), own.name(), role, Optional.empty(), own.applicationRole()));
  }

  @Test
  void serversThatAreFitHaveALineForEverythingThatWasLookedAt() throws Exception {
    onBoth(
        """
        CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text UNIQUE,
          twice bigint GENERATED ALWAYS AS (id * 2) STORED);
        """);
    List<Finding> findings = inspect();
    assertThat(text(findings)).isEmpty();
    assertThat(findings.stream().filter(f -> f.endpoint().equals("eu-a")).map(Finding::check))
        .contains("wal_level", "replication slots", "replication connection", "large objects")
        .doesNotContain("tables", "encoding")
        .doesNotHaveDuplicates();
    assertThat(findings.stream().filter(f -> f.endpoint().equals("eu-b")).map(Finding::check))
        .contains("fsync", "tables", "encoding", "collation", "extensions", "sequences")
        .doesNotHaveDuplicates();
  }

  @Test
  void aServerThatDoesNotAnswerIsAFindingAndTheOthersAreCheckedAllTheSame() throws Exception {
    Topology.Endpoint gone =
        new Topology.Endpoint(
            "us-a",
            "us",
            "127.0.0.1",
            1,
            "/metrics",
            new Topology.Database("127.0.0.1", 1, "gone", "nobody", Optional.empty(), "app"));
    List<Finding> findings = new Inspection(service(primary.topology(), gone), "eu-a").run();
    assertThat(text(findings))
        .startsWith("error us-a: us-a (jdbc:postgresql://127.0.0.1:1/gone) does not answer")
        .contains("start it, or correct services[].endpoints[].database");
    assertThat(findings.stream().filter(f -> f.endpoint().equals("eu-a"))).hasSizeGreaterThan(15);
  }

  @Test
  void whatIsNotReplicatedOrFiresTwiceIsNamed() throws Exception {
    onBoth(
        """
        CREATE TABLE t (id integer PRIMARY KEY);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER always AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
        CREATE TRIGGER ordinary AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
        ALTER TABLE t ENABLE ALWAYS TRIGGER always;
        CREATE RULE echo AS ON INSERT TO t DO ALSO NOTHING;
        ALTER TABLE t ENABLE REPLICA RULE echo;
        CREATE MATERIALIZED VIEW summary AS SELECT count(*) FROM t;
        CREATE SEQUENCE short AS smallint;
        CREATE UNLOGGED TABLE fast (id integer PRIMARY KEY);
        CREATE TABLE keyless (a integer);
        """);
    primary.execute("SELECT lo_create(0)");
    assertThat(text(inspect()))
        .contains("error eu-a: trigger always on t is enabled ALWAYS")
        .contains("; ALTER TABLE t ENABLE TRIGGER always")
        .contains("error eu-b: rule echo on t is enabled REPLICA")
        .contains("warning eu-a: materialized view summary is not replicated; REFRESH it")
        .contains("warning eu-a: sequence public.short has 32766 values left")
        .contains("error eu-a: 1 large objects are there, and no stream carries them")
        .contains("error eu-a: table public.fast is unlogged; ALTER TABLE public.fast SET LOGGED")
        .contains("error eu-b: table public.keyless has no primary key")
        .doesNotContain("ordinary")
        .doesNotContain("error eu-b: 1 large objects");
  }

  @Test
  void whatDiffersOnAShadowIsNamed() throws Exception {
    primary.execute(
        """
        CREATE EXTENSION IF NOT EXISTS "uuid-ossp";
        CREATE SEQUENCE only_here;
        CREATE SEQUENCE counted INCREMENT 2;
        CREATE TABLE t (id integer PRIMARY KEY, n integer DEFAULT 1 CHECK (n > 0),
          g integer GENERATED ALWAYS AS (id + 1) STORED);
        CREATE TABLE missing (id integer PRIMARY KEY);
        """);
    shadow.execute(
        """
        CREATE SEQUENCE counted;
        CREATE TABLE t (id integer PRIMARY KEY, n integer DEFAULT 2 UNIQUE,
          g integer GENERATED ALWAYS AS (id + 2) STORED);
        CREATE UNIQUE INDEX late ON t ((id + 1));
        """);
    assertThat(text(inspect()))
        .contains("error eu-b: extension uuid-ossp is missing; CREATE EXTENSION")
        .contains("error eu-b: sequence public.only_here is missing")
        .contains("warning eu-b: sequence public.counted is bigint by 1 from 1")
        .contains("error eu-b: column t.g is s (id + 2) instead of s (id + 1)")
        .contains("warning eu-b: default of t.n is 2 instead of 1")
        .contains("warning eu-b: constraint t_n_check on t is missing")
        .contains("error eu-b: constraint t_n_key on t is here, on the primary it is missing")
        .contains("error eu-b: unique index late on t is here, on the primary it is missing")
        .contains("error eu-b: table public.missing is missing; create it there");
  }

  @Test
  void encodingAndCollationAreCompared() throws Exception {
    TestDatabase latin = new TestDatabase("eu-b", shadow.port(), shadow.name() + "_latin");
    shadow.execute(
        "CREATE DATABASE "
            + latin.name()
            + " TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    List<Finding> findings =
        new Inspection(service(primary.topology(), latin.topology()), "eu-a").run();
    assertThat(text(findings)).contains("error eu-b: encoding is LATIN1 instead of UTF8");
    TestDatabase builtin = new TestDatabase("eu-b", shadow.port(), shadow.name() + "_builtin");
    shadow.execute(
        "CREATE DATABASE "
            + builtin.name()
            + " TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin"
            + " BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C'");
    shadow.execute(
        "UPDATE pg_database SET datcollversion = '0.1' WHERE datname = '" + builtin.name() + "'");
    assertThat(text(new Inspection(service(primary.topology(), builtin.topology()), "eu-a").run()))
        .contains("warning eu-b: database " + builtin.name() + " was made with version 0.1 of its")
        .contains("(provider b), and the server has 1: indexes on texts may be out of order")
        .contains("ALTER DATABASE " + builtin.name() + " REFRESH COLLATION VERSION")
        .contains("warning eu-b: provider is b instead of c")
        .contains("warning eu-b: locale is C.UTF-8 instead of none");
  }

  @Test
  void aDaemonsRoleThatMayNotEnoughIsToldWhatItNeeds() throws Exception {
    String role = "weak_" + primary.name();
    primary.execute("CREATE ROLE " + role + " LOGIN; CREATE TABLE t (id integer PRIMARY KEY)");
    primary.execute(
        "CREATE TABLE hidden (id integer PRIMARY KEY); ALTER TABLE hidden ENABLE ROW LEVEL"
            + " SECURITY");
    String text = text(new Inspection(service(as(role, primary)), "eu-a").run());
    assertThat(text)
        .contains("role " + role + " may not replicate; ALTER ROLE " + role + " REPLICATION")
        .contains("GRANT CREATE ON DATABASE " + primary.name() + " TO " + role)
        .contains("GRANT pg_signal_backend TO " + role)
        .contains("GRANT SET ON PARAMETER session_replication_role TO " + role)
        .contains("pg_replication_origin_create(text) TO " + role)
        .contains("role " + role + " is no member of postgres, the owner of t, hidden")
        .contains("policies hide rows of hidden from role " + role)
        .contains("the server refuses a replication connection: SQLSTATE 42501")
        .contains("role postgres is a superuser, and nothing refuses its writes");
    primary.execute("DROP ROLE " + role);
  }

  @Test
  void waysAroundTheRefusalAreFound() throws Exception {
    String team = "team_" + primary.name();
    primary.execute(
        "CREATE ROLE "
            + team
            + "; GRANT "
            + team
            + " TO "
            + TestDatabase.ROLE
            + "; CREATE TABLE open (id integer PRIMARY KEY); GRANT INSERT ON open TO PUBLIC;"
            + " CREATE TABLE shared (id integer PRIMARY KEY); GRANT DELETE ON shared TO "
            + team);
    primary.execute(
        "ALTER ROLE "
            + TestDatabase.ROLE
            + " IN DATABASE "
            + primary.name()
            + " SET synchronous_commit = off");
    try {
      assertThat(text(new Inspection(service(primary.topology()), "eu-a").run()))
          .contains("INSERT on open is granted to PUBLIC, so the application can write")
          .contains("DELETE on shared is granted to " + team)
          .contains(
              "error eu-a: role orders_app in database "
                  + primary.name()
                  + " has synchronous_commit=off")
          .contains(
              "ALTER ROLE orders_app IN DATABASE " + primary.name() + " RESET synchronous_commit");
    } finally {
      primary.execute("DROP OWNED BY " + team + "; DROP ROLE " + team);
      primary.execute(
          "ALTER ROLE "
              + TestDatabase.ROLE
              + " IN DATABASE "
              + primary.name()
              + " RESET synchronous_commit");
    }
  }

  @Test
  void aServerThatIsSetUpWronglyIsToldEverySetting() throws Exception {
    try (EmbeddedPostgres server =
        EmbeddedPostgres.builder()
            .setServerConfig("wal_level", "replica")
            .setServerConfig("fsync", "off")
            .setServerConfig("full_page_writes", "off")
            .setServerConfig("synchronous_commit", "off")
            .setServerConfig("max_replication_slots", "1")
            .setServerConfig("max_wal_senders", "1")
            .setServerConfig("max_prepared_transactions", "3")
            .start()) {
      TestDatabase weak = TestDatabase.on(server, "us-a");
      weak.execute("CREATE TABLE t (id integer PRIMARY KEY)");
      try (Connection connection = weak.connect();
          Statement statement = connection.createStatement()) {
        connection.setAutoCommit(false);
        statement.execute("INSERT INTO t VALUES (1)");
        statement.execute("PREPARE TRANSACTION 'half-done'");
        connection.setAutoCommit(true);
      }
      String text =
          text(new Inspection(service(weak.topology(), primary.topology()), "us-a").run());
      weak.execute("ROLLBACK PREPARED 'half-done'");
      assertThat(
              Stream.of(
                  "wal_level is not logical but replica; set wal_level = logical and restart",
                  "error us-a: fsync is off",
                  "warning us-a: full_page_writes is off",
                  "error us-a: synchronous_commit is off for the whole server",
                  "error us-a: 1 of 1 replication slots are free, and 2 are needed",
                  "error us-a: 1 of 1 WAL senders are free, and 2 are needed",
                  "error us-a: transaction 'half-done' has been prepared since",
                  "warning us-a: max_prepared_transactions is 3"))
          .allSatisfy(expected -> assertThat(text).contains(expected));
    }
  }
}
