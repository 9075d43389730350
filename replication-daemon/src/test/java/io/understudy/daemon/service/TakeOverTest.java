package io.understudy.daemon.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.understudy.daemon.audit.AuditLog;
import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.control.FileControlStore;
import io.understudy.daemon.lifecycle.ServicePhase;
import io.understudy.daemon.replication.Limits;
import io.understudy.daemon.replication.ShadowState;
import io.understudy.daemon.shift.ShiftPolicy;
import io.understudy.daemon.shift.ShiftPolicy.Stage;
import io.understudy.daemon.watch.ErrorRatioProbe;
import io.understudy.model.AppliedClock;
import io.understudy.model.Cohort;
import io.understudy.model.Ramp;
import io.understudy.model.RiskScore;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import io.understudy.model.ShiftPlan.Identity;
import io.understudy.model.config.Topology;
import io.vertx.core.Vertx;
import io.vertx.ext.web.client.WebClient;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A supervisor on three real PostgreSQL servers, whose primary dies. */
class TakeOverTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration LOOK_EVERY = Duration.ofMillis(20);

  @TempDir Path folder;
  private final List<Site> sites = new ArrayList<>();
  private final Vertx vertx = Vertx.vertx();
  private final AuditLog audit = new AuditLog(Clock.systemUTC(), 1_000);
  private final Board board = new Board();

  /** A database and something that accepts connections in the application's place. */
  private record Site(String name, EmbeddedPostgres postgres, HttpServer application) {
    Topology.Endpoint endpoint() {
      return new Topology.Endpoint(
          name,
          "region-of-" + name,
          "127.0.0.1",
          application.getAddress().getPort(),
          "/metrics",
          new Topology.Database(
              "127.0.0.1", postgres.getPort(), "postgres", "postgres", Optional.empty(), "app"));
    }

    void die() throws IOException {
      application.stop(0);
      postgres.close();
    }
  }

  /** A board in memory: the maps without the cluster. */
  static final class Board implements PlanBoard {
    private final Map<String, ShiftPlan> plans = new ConcurrentHashMap<>();
    private final Map<String, RiskScore> risks = new ConcurrentHashMap<>();

    ShiftPlan plan() {
      return Objects.requireNonNull(plans.get("orders"), "no plan was published");
    }

    @Override
    public void publish(ShiftPlan plan) {
      plans.put(plan.service(), plan);
    }

    @Override
    public void publish(AppliedClock clock) {}

    @Override
    public Optional<RiskScore> risk(String service, String endpoint) {
      return Optional.ofNullable(risks.get(endpoint));
    }
  }

  @BeforeEach
  void startServers() throws IOException, SQLException {
    for (String name : List.of("eu-a", "eu-b", "us-a")) {
      EmbeddedPostgres postgres =
          EmbeddedPostgres.builder()
              .setServerConfig("wal_level", "logical")
              .setServerConfig("fsync", "on")
              .setServerConfig("full_page_writes", "on")
              .start();
      HttpServer application =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      application.start();
      sites.add(new Site(name, postgres, application));
      run(postgres.getPort(), "postgres", "CREATE TABLE orders(id int primary key, note text)");
      run(postgres.getPort(), "postgres", "CREATE ROLE app LOGIN");
    }
  }

  @AfterEach
  void stopServers() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    for (Site site : sites) {
      site.die();
    }
  }

  @Test
  void shadowTakesOverADeadPrimaryAndEveryOrderIsThere() throws Exception {
    try (FileControlStore store = FileControlStore.open(folder);
        ServiceSupervisor supervisor = supervise(store)) {
      awaitInSync(supervisor, 2);
      insert(0, 1, 100);
      awaitCount(1, 100);
      assertThatThrownBy(() -> insert(1, 500, 500)).hasMessageContaining("permission denied");

      sites.get(0).die();
      await("epoch 2", supervisor, () -> supervisor.view().record().epoch() == 2);
      await("open", supervisor, () -> supervisor.view().phase() == ServicePhase.STEADY);

      assertThat(supervisor.view().record().primary()).isEqualTo("eu-b");
      assertThat(supervisor.view().record().voters()).containsExactly("us-a");
      awaitInSync(supervisor, 1);
      insert(1, 101, 200);
      awaitCount(2, 200);
      assertThatThrownBy(() -> insert(2, 900, 900)).hasMessageContaining("permission denied");
      assertThat(store.read("orders")).contains(supervisor.view().record());
    }
  }

  @Tag("long")
  @Test
  void applicationThatDiesAloneLeavesNoCommitBehind() throws Exception {
    try (FileControlStore store = FileControlStore.open(folder);
        ServiceSupervisor supervisor = supervise(store)) {
      awaitInSync(supervisor, 2);
      sites.get(0).application().stop(0);
      int last = 0;
      while (supervisor.view().record().epoch() == 1 && inserted(last + 1)) {
        last++;
      }
      assertThat(last).isPositive();
      await("epoch 2", supervisor, () -> supervisor.view().record().epoch() == 2);
      awaitCount(1, last);
      awaitCount(2, last);
    }
  }

  private boolean inserted(int id) {
    try {
      insert(0, id, id);
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  @Test
  void orderedPromotionClosesTheOldPrimaryFirst() throws Exception {
    try (FileControlStore store = FileControlStore.open(folder);
        ServiceSupervisor supervisor = supervise(store)) {
      awaitInSync(supervisor, 2);
      insert(0, 1, 10);
      String done = supervisor.promote(Optional.of("us-a")).get(30, TimeUnit.SECONDS);

      assertThat(done).isEqualTo("us-a is the primary of epoch 2");
      assertThatThrownBy(() -> insert(0, 11, 11)).hasMessageContaining("permission denied");
      await("open", supervisor, () -> supervisor.view().phase() == ServicePhase.STEADY);
      insert(2, 11, 20);
      awaitCount(1, 20);
      assertThatThrownBy(() -> supervisor.promote(Optional.of("mars")).get(30, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasMessageContaining("mars is not one of the voters [eu-b]");
    }
  }

  @Tag("long")
  @Test
  void restartGoesOnInTheSameEpochAndRiskMovesUsers() throws Exception {
    try (FileControlStore store = FileControlStore.open(folder);
        ServiceSupervisor supervisor = supervise(store)) {
      awaitInSync(supervisor, 2);
      insert(0, 1, 10);
      awaitCount(1, 10);
    }
    try (FileControlStore store = FileControlStore.open(folder);
        ServiceSupervisor supervisor = supervise(store)) {
      awaitInSync(supervisor, 2);
      insert(0, 11, 20);
      awaitCount(1, 20);
      assertThat(supervisor.view().record().epoch()).isEqualTo(1);

      risk("eu-a", 0.95);
      await("shift", supervisor, () -> board.plan().highestShare().basisPoints() > 0);
      String serving = Objects.requireNonNull(board.plan().shadow());
      site(serving).die();
      await(
          "no users on a shadow that is gone",
          supervisor,
          () -> !serving.equals(supervisor.view().plan().shadow()));
    }
  }

  private Site site(String name) {
    return sites.stream().filter(site -> site.name().equals(name)).findFirst().orElseThrow();
  }

  private ServiceSupervisor supervise(FileControlStore store) throws IOException {
    List<Topology.Endpoint> endpoints = sites.stream().map(Site::endpoint).toList();
    Topology.Service service =
        new Topology.Service(
            "orders", List.of("/orders/*"), new Topology.Slo(250, 0.01), endpoints);
    Surroundings around =
        new Surroundings(
            Clock.systemUTC(),
            audit,
            board,
            new ErrorRatioProbe(vertx, WebClient.create(vertx), List.of()),
            new ReplicatedFeed(vertx),
            Optional.empty(),
            defect -> {
              throw new AssertionError(defect);
            },
            "x-us-test");
    return new ServiceSupervisor(service, policy(), store, around);
  }

  static ServicePolicy policy() {
    Cohort everyone = new Cohort("everyone", null, null, null, null, Share.NONE);
    Duration second = Duration.ofSeconds(1);
    return new ServicePolicy(
        "orders",
        2,
        CaptureKind.DEBEZIUM,
        Optional.empty(),
        false,
        List.of(),
        second,
        Duration.ofSeconds(10),
        Duration.ofSeconds(10),
        Duration.ofMinutes(10),
        Limits.DEFAULT,
        Identity.DEFAULT,
        "us_b",
        new ShiftPolicy(
            0.3,
            0.5,
            0.2,
            new Ramp(0.5, 0.9),
            second,
            second,
            second,
            second,
            0.02,
            List.of(new Stage(everyone, List.of(new Share(2_500), Share.ALL)))));
  }

  private void risk(String endpoint, double score) {
    long now = Clock.systemUTC().millis();
    board.risks.put(endpoint, new RiskScore("orders", endpoint, score, 30, "test", now, List.of()));
  }

  private void awaitInSync(ServiceSupervisor supervisor, int shadows) {
    await(
        shadows + " shadows in sync",
        supervisor,
        () ->
            supervisor.view().shadows().stream()
                    .filter(status -> status.state() instanceof ShadowState.InSync)
                    .count()
                == shadows);
  }

  private void awaitCount(int site, int count) {
    int port = sites.get(site).postgres().getPort();
    await(
        count + " orders on " + sites.get(site).name(),
        () -> "they are " + count(port),
        () -> count(port) == count);
  }

  private void insert(int site, int from, int to) throws SQLException {
    run(
        sites.get(site).postgres().getPort(),
        "app",
        "INSERT INTO orders SELECT i, 'note ' || i FROM generate_series("
            + from
            + ","
            + to
            + ") i");
  }

  private void await(String what, ServiceSupervisor supervisor, BooleanSupplier condition) {
    await(what, () -> supervisor.view() + "\n" + audit.after(0), condition);
  }

  private static void await(String what, Supplier<String> state, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime())
          .as("waiting for " + what + ": " + state.get())
          .isLessThan(deadline);
      LockSupport.parkNanos(LOOK_EVERY.toNanos());
    }
  }

  private static int count(int port) {
    try (Connection connection = connect(port, "app");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM orders")) {
      rows.next();
      return rows.getInt(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void run(int port, String user, String sql) throws SQLException {
    try (Connection connection = connect(port, user);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(int port, String user) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + user);
  }
}
