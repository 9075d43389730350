package io.understudy.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.understudy.daemon.audit.AuditLog;
import io.understudy.daemon.control.FileEpochStore;
import io.understudy.daemon.endpoint.EndpointProcesses;
import io.understudy.daemon.lifecycle.ServicePhase;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.daemon.replication.ShadowState;
import io.understudy.daemon.watch.ErrorRatioProbe;
import io.understudy.model.Position;
import io.understudy.model.config.Topology;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor that commands the daemons of three endpoints, on real PostgreSQL servers. */
class EndpointTakeOverTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;
  private final List<Site> sites = new ArrayList<>();
  private final Vertx vertx = Vertx.vertx();
  private final AuditLog audit = new AuditLog(Clock.systemUTC(), 1_000);
  private final ReplicatedFeed feed = new ReplicatedFeed(vertx);
  private EndpointProcesses daemons;
  private ServiceSupervisor supervisor;

  /** A database and something that accepts connections in the application's place. */
  private record Site(EmbeddedPostgres server, TestDatabase database, HttpServer application) {
    Topology.Endpoint endpoint(EndpointProcesses daemons) {
      String name = database.endpoint();
      int port = application.getAddress().getPort();
      return new Topology.Endpoint(
          name,
          "region-of-" + name,
          "127.0.0.1",
          port,
          "/metrics",
          database.database(),
          Optional.of(daemons.api(name)));
    }
  }

  @BeforeEach
  void start() throws Exception {
    for (String name : List.of("eu-a", "eu-b", "us-a")) {
      EmbeddedPostgres server = TestDatabase.startServer();
      HttpServer application =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      application.start();
      sites.add(new Site(server, TestDatabase.on(server, name), application));
      sites.getLast().database().execute("CREATE TABLE orders (id integer PRIMARY KEY, note text)");
    }
    daemons =
        new EndpointProcesses(folder, "orders", sites.stream().map(Site::database).toList(), 1);
    daemons.startAll();
    supervisor = supervise();
    awaitInSync(2);
  }

  @AfterEach
  void stop() throws Exception {
    supervisor.close();
    daemons.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    for (Site site : sites) {
      site.application().stop(0);
      site.server().close();
    }
  }

  private ServiceSupervisor supervise() throws IOException {
    WebClient client = WebClient.create(vertx);
    Path token = Files.writeString(folder.resolve("token"), EndpointProcesses.PROMOTE + "\n");
    Surroundings around =
        new Surroundings(
            Clock.systemUTC(),
            audit,
            new TakeOverTest.Board(),
            new ErrorRatioProbe(vertx, client, List.of()),
            feed,
            Optional.empty(),
            defect -> {
              throw new AssertionError(defect);
            },
            "x-us-test");
    Topology.Service service =
        new Topology.Service(
            "orders",
            List.of("/orders/*"),
            new Topology.Slo(250, 0.01),
            sites.stream().map(site -> site.endpoint(daemons)).toList());
    return ServiceSupervisor.commanding(
        new EndpointDaemons(vertx, client, FileEpochStore.open(daemons.control()), token),
        service,
        TakeOverTest.policy(),
        around);
  }

  @Test
  void shadowTakesOverADeadPrimaryWithEverythingThatWasAcknowledged() throws Exception {
    insert(0, 1, 100);
    assertThatThrownBy(() -> insert(1, 500, 500)).hasMessageContaining("permission denied");
    Position replicated =
        feed.await("orders", Position.NONE, Duration.ofSeconds(10))
            .toCompletionStage()
            .toCompletableFuture()
            .get(20, TimeUnit.SECONDS)
            .position();
    assertThat(replicated.epoch()).isEqualTo(1);

    sites.getFirst().application().stop(0);
    daemons.stop("eu-a");
    sites.getFirst().server().close();
    await("epoch 2", () -> supervisor.view().record().epoch() == 2);
    await("open", () -> supervisor.view().phase() == ServicePhase.STEADY);

    assertThat(supervisor.view().record().primary()).isEqualTo("eu-b");
    assertThat(supervisor.view().record().voters()).containsExactly("us-a", "eu-a");
    insert(1, 101, 200);
    awaitCount(1, 200);
    awaitCount(2, 200);
    awaitInSync(1);
    assertThatThrownBy(() -> insert(2, 900, 900)).hasMessageContaining("permission denied");
  }

  @Tag("long")
  @Test
  void orderedPromotionMovesTheWritesAndTheOldPrimaryFollows() throws Exception {
    insert(0, 1, 10);
    String done = supervisor.promote(Optional.of("us-a")).get(30, TimeUnit.SECONDS);

    assertThat(done).isEqualTo("us-a is the primary of epoch 2");
    await("open", () -> supervisor.view().phase() == ServicePhase.STEADY);
    insert(2, 11, 20);
    awaitCount(1, 20);
    assertThatThrownBy(() -> insert(0, 30, 30)).hasMessageContaining("permission denied");
    awaitInSync(2);
    awaitCount(0, 20);
    assertThatThrownBy(() -> supervisor.promote(Optional.of("mars")).get(30, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasMessageContaining("mars is not one of the voters");
  }

  /** No commit returns without it, so nobody would be served. */
  @Tag("long")
  @Test
  void primaryWhoseDaemonAloneDiesIsReplaced() throws Exception {
    insert(0, 1, 10);
    daemons.stop("eu-a");
    await("epoch 2", () -> supervisor.view().record().epoch() == 2);
    await("open", () -> supervisor.view().phase() == ServicePhase.STEADY);
    insert(1, 11, 20);
    awaitCount(2, 20);
    daemons.start("eu-a");
    awaitCount(0, 20);
  }

  private void insert(int site, int from, int to) throws SQLException {
    try (Connection connection = sites.get(site).database().connect(TestDatabase.ROLE);
        Statement statement = connection.createStatement()) {
      statement.execute(
          "INSERT INTO orders SELECT i, 'note ' || i FROM generate_series("
              + from
              + ","
              + to
              + ") i");
    }
  }

  private void awaitCount(int site, int count) throws Exception {
    await(
        count + " orders on " + site,
        () -> sites.get(site).database().query("SELECT count(*) FROM orders").equals("" + count));
  }

  private void awaitInSync(int shadows) throws Exception {
    await(
        shadows + " shadows in sync",
        () ->
            supervisor.view().shadows().stream()
                    .filter(status -> status.state() instanceof ShadowState.InSync)
                    .count()
                == shadows);
  }

  private void await(String what, Callable<Boolean> condition) throws Exception {
    try {
      Await.until(what, LONG, condition);
    } catch (AssertionError e) {
      throw new AssertionError(
          what + ": " + supervisor.view() + "\n" + audit.after(0) + daemons.failures(), e);
    }
  }
}
