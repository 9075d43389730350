package io.understudy.daemon.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.CaptureKind;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code schema apply} beside a running replication that records nothing by itself. */
class SchemaCommandTest {
  private final TestDatabase primary = TestDatabase.on("eu-a");
  private final TestDatabase shadow = TestDatabase.on("eu-b");
  private final String service = "m" + primary.name();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final AtomicBoolean failed = new AtomicBoolean();
  @TempDir Path folder;

  private int apply(String sql) throws IOException {
    out.reset();
    err.reset();
    Path tokens = Files.writeString(folder.resolve("tokens"), "read 0123456789abcdef\n");
    String endpoint =
        "      - {name: %s, region: eu, host: 127.0.0.1, port: 1, database: {host: 127.0.0.1,"
            + " port: %d, name: %s, user: postgres, applicationRole: orders_app}}\n";
    Path config =
        Files.writeString(
            folder.resolve("understudy.yaml"),
            """
            hazelcast:
              members: ["127.0.0.1:1"]
            services:
              - name: %s
                uris: ["/orders/*"]
                endpoints:
            %s%spolicies:
              - {service: %s, k: 1}
            daemon:
              {listen: "127.0.0.1:0", tokenFile: %s, stateFolder: %s}
            """
                .formatted(
                    service,
                    endpoint.formatted("eu-a", primary.port(), primary.name()),
                    endpoint.formatted("eu-b", shadow.port(), shadow.name()),
                    service,
                    tokens,
                    folder.resolve("state")));
    Path file = Files.writeString(folder.resolve("change.sql"), sql);
    return Commands.run(
        new String[] {"schema", "apply", service, "--config", config.toString(), file.toString()},
        Clock.systemUTC(),
        new PrintStream(out, true, UTF_8),
        new PrintStream(err, true, UTF_8));
  }

  @Test
  void aMigrationReachesEveryShadowInStepWithItsRows() throws Exception {
    for (TestDatabase database : List.of(primary, shadow)) {
      database.execute("CREATE TABLE t (id integer PRIMARY KEY, a text)");
    }
    primary.execute("INSERT INTO t SELECT i, 'a' FROM generate_series(1, 20) i");
    ReplicationSpec spec =
        new ReplicationSpec(
            service,
            1,
            primary.topology(),
            List.of(shadow.topology()),
            1,
            CaptureKind.PGOUTPUT,
            Limits.DEFAULT);
    try (Replication replication =
        Replication.start(spec, InstantSource.system(), new Listener())) {
      Await.until(
          "in sync",
          Duration.ofSeconds(30),
          () -> replication.shadows().getFirst().state() instanceof ShadowState.InSync);
      int status =
          apply(
              """
              -- Two tables; and rows between
              ALTER TABLE t ADD COLUMN b integer DEFAULT 7;
              UPDATE t SET b = id WHERE id < 5;
              CREATE TABLE made (id serial PRIMARY KEY, t integer REFERENCES t);
              INSERT INTO made (t) SELECT id FROM t;
              ALTER TABLE t DROP COLUMN a;
              """);
      assertThat(status).as(err.toString(UTF_8)).isZero();
      assertThat(out.toString(UTF_8)).isEqualTo("eu-a: 5 statements done\neu-b: done\n");
      assertThat(shadow.contents()).isEqualTo(primary.contents()).containsKey("public.made");

      assertThat(
              apply("ALTER TABLE t ADD x integer; VACUUM t; CREATE INDEX CONCURRENTLY i ON t (b)"))
          .isEqualTo(1);
      assertThat(err.toString(UTF_8))
          .startsWith("VACUUM t: it cannot run inside a transaction")
          .contains("CREATE INDEX CONCURRENTLY i ON t (b): it cannot run")
          .endsWith("nothing was changed\n");
      assertThat(apply("CREATE TABLE u (id integer PRIMARY KEY); ALTER TABLE nothing ADD x int"))
          .isEqualTo(1);
      assertThat(err.toString(UTF_8)).contains("ALTER TABLE nothing ADD x int: ERROR: relation");
      assertThat(apply("ALTER TABLE t ADD r float DEFAULT random()")).isEqualTo(1);
      assertThat(err.toString(UTF_8)).contains("values that would differ on every endpoint");
      assertThat(primary.query("SELECT to_regclass('u')")).isEqualTo("null");
      assertThat(failed).isFalse();
    }
  }

  /** Remembers only whether anything failed. */
  private final class Listener implements ReplicationListener {
    @Override
    public void watermarkAdvanced(Position replicated) {}

    @Override
    public void appliedClockAdvanced(AppliedClock clock) {}

    @Override
    public void shadowChanged(ShadowStatus status) {
      if (status.state() instanceof ShadowState.Failed) {
        failed.set(true);
      }
    }

    @Override
    public void captureFailed(String reason) {
      failed.set(true);
    }
  }
}
