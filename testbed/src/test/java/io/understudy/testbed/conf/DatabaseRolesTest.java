package io.understudy.testbed.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.postgres.Access;
import io.understudy.daemon.replication.Limits;
import io.understudy.daemon.replication.Replication;
import io.understudy.daemon.replication.ReplicationListener;
import io.understudy.daemon.replication.ReplicationSpec;
import io.understudy.daemon.replication.ShadowState;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.model.AppliedClock;
import io.understudy.model.Position;
import io.understudy.model.config.Topology;
import io.understudy.testbed.process.Child;
import io.understudy.testbed.process.LoopbackPorts;
import io.understudy.testbed.process.Patience;
import io.understudy.testbed.process.PostgresServer;
import io.understudy.testbed.process.PostgresTemplate;
import io.understudy.testbed.process.ProcessFamily;
import io.understudy.testbed.process.RunFolder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The roles of {@code docker/postgres/10-orders.sql} are enough for the daemon, and not too much.
 */
@Timeout(120)
class DatabaseRolesTest {
  private static final Duration SYNC = Duration.ofSeconds(60);
  private static final String INSERT =
      "INSERT INTO orders (id, user_key, amount, version) VALUES (gen_random_uuid(), 'u', 1, 1)";

  @TempDir Path parent;

  @Test
  void daemonWithoutSuperuserReplicatesAndTheApplicationWritesOnThePrimaryOnly() throws Exception {
    RunFolder folder = RunFolder.create(parent);
    Patience patience = new Patience(System::nanoTime, folder.logs());
    try (ProcessFamily family = ProcessFamily.gather(folder)) {
      PostgresTemplate template = PostgresTemplate.make(folder.room("template"));
      Topology.Endpoint primary = endpoint("eu-a", start(template, folder, family, patience));
      Topology.Endpoint shadow = endpoint("us-a", start(template, folder, family, patience));
      ReplicationSpec spec =
          new ReplicationSpec(
              "orders", 1, primary, List.of(shadow), 1, CaptureKind.DEBEZIUM, Limits.DEFAULT);

      assertThatThrownBy(() -> asApplication(primary, INSERT)).hasMessageContaining("permission");
      assertThat(new Access(primary.database()).open(1)).isEqualTo(new Access.Verdict.Done());
      assertThat(new Access(shadow.database()).refuse(1)).isEqualTo(new Access.Verdict.Done());
      asApplication(primary, INSERT);
      try (Replication replication = Replication.start(spec, InstantSource.system(), new Deaf())) {
        patience.await(
            "the shadow to be in sync",
            SYNC,
            () -> replication.shadows().stream().anyMatch(DatabaseRolesTest::inSync));
        asApplication(primary, INSERT);
        patience.await("both orders on the shadow", SYNC, () -> count(shadow) == 2);
      }
      assertThatThrownBy(() -> asApplication(shadow, INSERT))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
      assertThat(new Access(primary.database()).close(2)).isEqualTo(new Access.Verdict.Done());
      assertThatThrownBy(() -> asApplication(primary, INSERT)).hasMessageContaining("permission");
    }
  }

  private static boolean inSync(ShadowStatus status) {
    return status.state() instanceof ShadowState.InSync;
  }

  private static int start(
      PostgresTemplate template, RunFolder folder, ProcessFamily family, Patience patience)
      throws Exception {
    try (LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      int port = ports.reserve();
      String name = "postgres-" + port;
      PostgresServer server = template.server(name, folder.room(name).resolve("data"), port);
      ports.release();
      Child postmaster = server.start(family);
      server.awaitReady(postmaster, patience);
      asSuperuser(server.jdbcUrl("postgres"), "CREATE DATABASE orders");
      asSuperuser(server.jdbcUrl("orders"), Project.text("docker/postgres/10-orders.sql"));
      return port;
    }
  }

  private static void asSuperuser(String url, String sql) throws SQLException {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Topology.Endpoint endpoint(String name, int port) {
    return new Topology.Endpoint(
        name,
        "eu",
        "127.0.0.1",
        8081,
        "/metrics",
        new Topology.Database(
            "127.0.0.1", port, "orders", "understudy", Optional.empty(), "orders_app"));
  }

  private static void asApplication(Topology.Endpoint endpoint, String sql) throws SQLException {
    try (Connection connection = connect(endpoint, "orders_app");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static int count(Topology.Endpoint endpoint) {
    try (Connection connection = connect(endpoint, "orders_app");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT count(*) FROM orders")) {
      row.next();
      return row.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Connection connect(Topology.Endpoint endpoint, String role) throws SQLException {
    return DriverManager.getConnection(endpoint.database().jdbcUrl(), role, "");
  }

  /** Nobody here needs to hear more than {@link Replication#shadows} tells. */
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
