package io.understudy.daemon.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.postgres.Access;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.replication.Limits;
import io.understudy.daemon.replication.Replication;
import io.understudy.daemon.replication.ReplicationListener;
import io.understudy.daemon.replication.ReplicationSpec;
import io.understudy.daemon.replication.ShadowState;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.model.AppliedClock;
import io.understudy.model.Position;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real servers are after detaching what they were before the first contact. */
class DetachTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  /** What a database owner would compare; privileges as they work, explicit or by default. */
  private static final String FACTS =
      """
      SELECT string_agg(fact, E'\\n' ORDER BY fact) FROM (
        SELECT 'schema ' || nspname || ' ' || ARRAY(SELECT a::text
          FROM aclexplode(coalesce(nspacl, acldefault('n', nspowner))) a ORDER BY 1)::text
        FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp'
        UNION ALL
        SELECT 'relation ' || relname || ' ' || ARRAY(SELECT a::text FROM aclexplode(coalesce(relacl,
          acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner))) a
          ORDER BY 1)::text || relreplident::text
        FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
        WHERE relkind IN ('r', 'v', 'S') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
        UNION ALL
        SELECT 'column ' || attname || ' ' || ARRAY(SELECT a::text FROM aclexplode(attacl) a
          ORDER BY 1)::text
        FROM pg_attribute WHERE attacl <> '{}'
        UNION ALL
        SELECT 'publication ' || pubname FROM pg_publication
        UNION ALL
        SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()
        UNION ALL
        SELECT 'origin ' || roname FROM pg_replication_origin
          WHERE roname ~ translate('SERVICE', '-', '_') OR roname ~ 'SERVICE'
        UNION ALL
        SELECT 'trigger ' || evtname FROM pg_event_trigger
        UNION ALL
        SELECT 'setting ' || setconfig::text FROM pg_db_role_setting
        UNION ALL
        SELECT name || ' ' || setting FROM pg_settings WHERE name = 'synchronous_standby_names'
      ) AS facts(fact)
      """;

  private final TestDatabase primary = TestDatabase.on("eu-a");
  private final TestDatabase shadow = TestDatabase.on("eu-b");
  private final String service = "orders-" + primary.name();
  private final Queue<String> gatewayRequests = new ConcurrentLinkedQueue<>();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private HttpServer gateway;
  @TempDir Path folder;

  @BeforeEach
  void tables() throws IOException {
    gateway = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    gateway.createContext(
        "/",
        exchange -> {
          gatewayRequests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
          exchange.sendResponseHeaders(
              exchange.getRequestURI().getPath().contains("only") ? 404 : 200, -1);
          exchange.close();
        });
    gateway.start();
    for (TestDatabase database : List.of(primary, shadow)) {
      database.execute(
          """
          CREATE SCHEMA shop;
          CREATE TABLE shop.orders (id serial PRIMARY KEY, note text, secret text);
          CREATE TABLE untouchable (id integer PRIMARY KEY);
          CREATE VIEW shop.notes AS SELECT note FROM shop.orders;
          GRANT USAGE ON SCHEMA shop TO orders_app;
          GRANT SELECT, INSERT, TRUNCATE, REFERENCES ON shop.orders TO orders_app;
          GRANT UPDATE (note) ON shop.orders TO orders_app;
          GRANT DELETE ON shop.orders TO orders_app WITH GRANT OPTION;
          GRANT USAGE ON SEQUENCE shop.orders_id_seq TO orders_app;
          """);
    }
  }

  @AfterEach
  void stop() {
    gateway.stop(0);
  }

  private String facts(TestDatabase database) {
    return database.query(FACTS.replace("SERVICE", service));
  }

  private int detach(String... options) throws IOException {
    out.reset();
    err.reset();
    Path config = config();
    String[] arguments = new String[4 + options.length];
    System.arraycopy(
        new String[] {"detach", service, "--config", config.toString()}, 0, arguments, 0, 4);
    System.arraycopy(options, 0, arguments, 4, options.length);
    return Commands.run(
        arguments,
        Clock.systemUTC(),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  /** Everything that a daemon does to the servers, with what it makes of it meanwhile. */
  private void live(Runnable meanwhile) throws Exception {
    new Access(primary.database()).open(1);
    new Access(shadow.database()).refuse(1);
    ReplicationSpec spec =
        new ReplicationSpec(
            service,
            1,
            primary.topology(),
            List.of(shadow.topology()),
            1,
            CaptureKind.PGOUTPUT,
            Limits.DEFAULT);
    try (Replication replication = Replication.start(spec, InstantSource.system(), new Deaf())) {
      Await.until(
          "in sync",
          LONG,
          () ->
              replication.shadows().stream()
                  .allMatch(status -> status.state() instanceof ShadowState.InSync));
      meanwhile.run();
    }
    new Access(primary.database()).close(2);
    new Access(shadow.database()).open(2);
  }

  @Test
  void nothingOfOursIsLeftAndPrivilegesAreAsBefore() throws Exception {
    String primaryBefore = facts(primary);
    String shadowBefore = facts(shadow);
    assertThat(primaryBefore).contains("relation orders ", "column note ", "(10,");
    live(() -> {
      String during = facts(primary);
      try {
        assertThat(detach()).isEqualTo(1);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      assertThat(err.toString(UTF_8))
          .contains("eu-a: slot understudy_" + service.replace('-', '_') + "_1 is in use")
          .contains("eu-b: a daemon is connected to database " + shadow.name())
          .contains("nothing was changed: stop every daemon of this service");
      assertThat(facts(primary)).isEqualTo(during).isNotEqualTo(primaryBefore);
    });
    assertThat(facts(shadow)).isNotEqualTo(shadowBefore).contains("origin", "understudy");

    assertThat(detach()).as(err.toString(UTF_8)).isZero();
    assertThat(facts(primary)).isEqualTo(primaryBefore);
    assertThat(facts(shadow)).isEqualTo(shadowBefore);
    assertThat(gatewayRequests)
        .contains("DELETE /apisix/admin/routes/us." + service + ".writes")
        .contains("DELETE /apisix/admin/upstreams/us." + service + ".eu-b-only")
        .hasSize(6);

    assertThat(detach()).as("again").isZero();
    assertThat(out.toString(UTF_8)).contains("eu-a: 0 statements done");
  }

  @Test
  void theStatementsThatArePrintedDoTheSame() throws Exception {
    String primaryBefore = facts(primary);
    String shadowBefore = facts(shadow);
    live(() -> {});
    String during = facts(primary);
    assertThat(detach("--print")).isZero();
    assertThat(facts(primary)).as("printing changes nothing").isEqualTo(during);
    String printed = out.toString(UTF_8);
    assertThat(printed)
        .contains("\\connect 'host=127.0.0.1 port=" + primary.port() + " dbname=" + primary.name())
        .contains(
            "\\! curl -sS -X DELETE -H \"X-API-KEY: $(cat '" + folder.resolve("key") + "')\"");
    assertThat(gatewayRequests).isEmpty();
    for (String section : printed.split("(?m)^-- endpoint ", -1)) {
      String sql =
          String.join(
              "\n", section.lines().skip(1).filter(line -> !line.matches("(--|\\\\).*")).toList());
      if (!sql.isBlank()) {
        TestDatabase database = section.startsWith("eu-a") ? primary : shadow;
        for (String statement : sql.split(";\n?", -1)) {
          // BEGIN and COMMIT are for psql's one session.
          if (!statement.isBlank() && !statement.matches("BEGIN|COMMIT")) {
            database.execute(statement);
          }
        }
      }
    }
    assertThat(facts(primary)).isEqualTo(primaryBefore);
    assertThat(facts(shadow)).isEqualTo(shadowBefore);
  }

  @Test
  void anEndpointThatDoesNotAnswerIsNamedAndTheOthersAreDone() throws Exception {
    String before = facts(primary);
    live(() -> {});
    Path config = config();
    Files.writeString(
        config, Files.readString(config).replace("port: " + shadow.port(), "port: 1"));
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int status =
        Commands.run(
            new String[] {"detach", service, "--config", config.toString()},
            Clock.systemUTC(),
            new PrintStream(out, true, UTF_8),
            new PrintStream(said, true, UTF_8));
    assertThat(status).isEqualTo(1);
    assertThat(said.toString(UTF_8))
        .contains("eu-b (jdbc:postgresql://127.0.0.1:1/" + shadow.name() + ") cannot be looked at")
        .contains("run this again when it answers");
    assertThat(facts(primary)).isEqualTo(before);
    assertThat(detach()).isZero();
  }

  @Test
  void wrongUseIsExplained() throws Exception {
    assertThat(detach("--force")).isEqualTo(2);
    assertThat(err.toString(UTF_8)).startsWith("'--force' is not known here\nusage:");
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    String[] arguments = {"detach", "carts", "--config", config().toString()};
    assertThat(
            Commands.run(
                arguments, Clock.systemUTC(), System.out, new PrintStream(said, true, UTF_8)))
        .isEqualTo(2);
    assertThat(said.toString(UTF_8)).startsWith("there is no service 'carts'; known: [" + service);
  }

  private Path config() throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens"), "read 0123456789abcdef\n");
    Path key = Files.writeString(folder.resolve("key"), "secret\n");
    String endpoint =
        "      - {name: %s, region: eu, host: 127.0.0.1, port: 1, database: {host: 127.0.0.1,"
            + " port: %d, name: %s, user: postgres, applicationRole: orders_app}}\n";
    return Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        hazelcast:
          members: ["127.0.0.1:1"]
        services:
          - name: %s
            uris: ["/orders/*"]
            endpoints:
        %s%spolicies:
          - service: %s
            k: 0
        daemon:
          listen: "127.0.0.1:0"
          tokenFile: %s
          stateFolder: %s
          gateway:
            adminUrl: "http://127.0.0.1:%d"
            keyFile: %s
        """
            .formatted(
                service,
                endpoint.formatted("eu-a", primary.port(), primary.name()),
                endpoint.formatted("eu-b", shadow.port(), shadow.name()),
                service,
                tokens,
                folder.resolve("state"),
                gateway.getAddress().getPort(),
                key));
  }

  /** Nobody here needs to hear more than the replication's own list of shadows. */
  private static final class Deaf implements ReplicationListener {
    @Override
    public void watermarkAdvanced(Position replicated) {}

    @Override
    public void appliedClockAdvanced(AppliedClock clock) {}

    @Override
    public void shadowChanged(ShadowStatus status) {}

    @Override
    public void captureFailed(String reason) {}
  }
}
