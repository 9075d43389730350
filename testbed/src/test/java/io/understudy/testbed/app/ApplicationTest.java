package io.understudy.testbed.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.Lsn;
import io.understudy.model.Position;
import io.understudy.testbed.command.InvalidOptionsException;
import io.understudy.testbed.command.Options;
import io.understudy.testbed.support.Await;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ApplicationTest {
  private static final int REFUSED_POSTS = 600;
  private static final int WRITES_BEFORE_WAIT_MAX = 1_000;

  private static EmbeddedPostgres postgres;
  private ApplicationFixture app;

  @BeforeAll
  static void startServer() throws IOException, SQLException {
    postgres = ApplicationFixture.durableServer();
  }

  @AfterAll
  static void stopServer() throws IOException {
    postgres.close();
  }

  @BeforeEach
  void start() throws SQLException {
    app = new ApplicationFixture(postgres);
  }

  @AfterEach
  void stop() {
    app.close();
  }

  @Test
  void anOrderIsWrittenChangedReadAndListed() throws SQLException {
    app.open(true);
    app.start(Optional.empty());
    UUID id = UUID.randomUUID();
    HttpResponse<String> created = app.post(id, 7);
    assertThat(created.statusCode()).isEqualTo(201);
    assertThat(created.headers().firstValue("X-Endpoint")).contains("eu-a");
    assertThat(new JsonObject(created.body()))
        .isEqualTo(new JsonObject().put("id", id.toString()).put("version", 1));
    assertThat(new JsonObject(app.put(id, 8).body()).getInteger("version")).isEqualTo(2);
    JsonObject read = new JsonObject(app.get("/orders/" + id).body());
    assertThat(read)
        .isEqualTo(
            new JsonObject()
                .put("id", id.toString())
                .put("user", "u1")
                .put("amount", 8)
                .put("version", 2));
    assertThat(new JsonObject(app.get("/orders?user=u1").body()).getJsonArray("orders"))
        .containsExactly(read);
    assertThat(app.post(id, 9).statusCode()).isEqualTo(409);
    assertThat(app.get("/orders/" + UUID.randomUUID()).statusCode()).isEqualTo(404);
    assertThat(app.put(UUID.randomUUID(), 1).statusCode()).isEqualTo(404);
  }

  /** Somebody cancels a commit's wait for the quorum: PostgreSQL says so by a warning only. */
  @Test
  void aCommitWhoseWaitWasCancelledIsUnknown() throws Exception {
    app.open(true);
    app.start(Optional.empty());
    app.sql("alter system set synchronous_standby_names = 'nobody'", "select pg_reload_conf()");
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      int before;
      HttpResponse<String> answer;
      do { // The setting takes a moment to be in force.
        before = app.rows();
        Future<HttpResponse<String>> post = clients.submit(() -> app.post(UUID.randomUUID(), 7));
        while (!post.isDone()) {
          app.sql(
              "select pg_cancel_backend(pid) from pg_stat_activity"
                  + " where usename = 'orders_app' and wait_event = 'SyncRep'");
        }
        answer = post.get();
      } while (answer.statusCode() == 201 && app.rows() < WRITES_BEFORE_WAIT_MAX);
      assertUnknown(answer);
      assertThat(app.rows()).as("committed all the same").isEqualTo(before + 1);
    } finally {
      app.sql("alter system reset synchronous_standby_names", "select pg_reload_conf()");
    }
  }

  @Test
  void aBadRequestIsRefusedWithItsReason() {
    app.start(Optional.empty());
    assertThat(app.get("/orders/7").body()).contains("id '7' is not a UUID");
    assertThat(app.get("/orders").body()).contains("argument user is missing");
    HttpResponse<String> noUser =
        app.send(app.request("/orders").POST(BodyPublishers.ofString("{}")));
    assertThat(noUser.statusCode()).isEqualTo(400);
    assertThat(noUser.body()).contains("x-user-id");
    HttpResponse<String> noJson =
        app.send(
            app.request("/orders").header("x-user-id", "u").POST(BodyPublishers.ofString("{")));
    assertThat(noJson.body()).contains("not a JSON object");
  }

  @Test
  void aShadowRefusesEveryWriteAndKeepsServingReads() throws Exception {
    UUID id = UUID.randomUUID();
    app.sql("insert into orders values ('" + id + "', 'u1', 5, 1, null, now())");
    app.start(Optional.empty());
    AtomicBoolean writing = new AtomicBoolean(true);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<List<Integer>> reads = clients.submit(() -> readWhile(writing, id));
      List<Future<HttpResponse<String>>> posts = new ArrayList<>();
      long began = System.nanoTime();
      for (int i = 0; i < REFUSED_POSTS; i++) {
        posts.add(clients.submit(() -> app.post(UUID.randomUUID(), 1)));
        if (i % 20 == 19) {
          posts.get(i).get();
        }
      }
      for (Future<HttpResponse<String>> post : posts) {
        assertRefused(post.get());
      }
      double perSecond = REFUSED_POSTS / ((System.nanoTime() - began) / 1e9);
      writing.set(false);
      System.out.printf("%.0f refused POSTs/s, %d reads%n", perSecond, reads.get().size());
      assertThat(perSecond).isGreaterThan(200);
      assertThat(reads.get()).isNotEmpty().containsOnly(200);
    }
    assertRefused(app.put(id, 9));
    assertThat(app.rows()).isEqualTo(1);
    assertThat(app.get("/healthz").statusCode()).isEqualTo(200);
    assertThat(app.metric("http_request_duration_seconds_count{method=\"POST\",outcome=\"error\""))
        .as("a refusal is no failure of the shadow")
        .isZero();
  }

  private List<Integer> readWhile(AtomicBoolean writing, UUID id) {
    List<Integer> statuses = new ArrayList<>();
    while (writing.get()) {
      statuses.add(app.get("/orders/" + id).statusCode());
    }
    return statuses;
  }

  private static void assertRefused(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("Retry-After")).contains("1");
    assertThat(answer.headers().firstValue("X-Understudy-Refused")).contains("not-primary");
    assertThat(answer.headers().firstValue("X-Understudy-Outcome")).isEmpty();
  }

  @Test
  void aWriteIsAnsweredWhenTheDaemonReportsItsPosition() throws Exception {
    app.open(true);
    try (FakeDaemon daemon = new FakeDaemon(app.vertx, 0);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      app.start(Optional.of(daemon));
      Await.until("the application polls", daemon::polled);
      Future<HttpResponse<String>> write = clients.submit(() -> app.post(UUID.randomUUID(), 1));
      Await.until("the row is committed", () -> rows() == 1);
      daemon.report(1, "eu-a", new Position(1, new Lsn(1)));
      assertThat(write.isDone()).isFalse();
      daemon.reportAll(1, "eu-a");
      assertThat(write.get().statusCode()).isEqualTo(201);
      assertThat(app.post(UUID.randomUUID(), 1).statusCode()).isEqualTo(201);
      assertThat(daemon.refused).isEmpty();
    }
  }

  @Test
  void aWriteThatIsNeverReportedEndsUnknownInTime() throws SQLException {
    app.open(true);
    try (FakeDaemon daemon = new FakeDaemon(app.vertx, 0)) {
      app.start(Optional.of(daemon));
      assertUnknownWithin(Duration.ofSeconds(4), app);
    }
    assertThat(app.rows()).isEqualTo(1);
  }

  @Test
  void withoutItsDaemonWritesEndUnknownAndReadsGoOnUntilItIsBack() throws SQLException {
    app.open(true);
    FakeDaemon first = new FakeDaemon(app.vertx, 0);
    int port = first.port();
    app.start(Optional.of(first));
    Await.until("the application polls", first::polled);
    first.close();
    assertUnknownWithin(Duration.ofSeconds(4), app);
    assertThat(app.get("/orders?user=u1").statusCode()).isEqualTo(200);
    assertThat(app.get("/healthz").statusCode()).isEqualTo(200);
    try (FakeDaemon back = new FakeDaemon(app.vertx, port)) {
      back.reportAll(1, "eu-a");
      Await.until(
          "writes are promised again", () -> app.post(UUID.randomUUID(), 1).statusCode() == 201);
    }
  }

  @Test
  void anotherPrimaryEndsWaitingWritesAtOnce() throws Exception {
    app.open(true);
    try (FakeDaemon daemon = new FakeDaemon(app.vertx, 0);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      app.start(Optional.of(daemon));
      Await.until("the application polls", daemon::polled);
      Future<HttpResponse<String>> write = clients.submit(() -> app.post(UUID.randomUUID(), 1));
      Await.until("the row is committed", () -> rows() == 1);
      long began = System.nanoTime();
      daemon.reportAll(2, "eu-b");
      assertUnknown(write.get());
      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
      assertUnknown(app.post(UUID.randomUUID(), 1));
    }
  }

  @Test
  void writesOverTheBoundAreRefusedWithoutEffect() throws Exception {
    app.open(true);
    try (FakeDaemon daemon = new FakeDaemon(app.vertx, 0);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      app.start(Optional.of(URI.create("http://127.0.0.1:" + daemon.port())), 3);
      Await.until("the application polls", daemon::polled);
      List<Future<HttpResponse<String>>> writes = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        writes.add(clients.submit(() -> app.post(UUID.randomUUID(), 1)));
      }
      Await.until("three writes wait", () -> rows() == 3);
      HttpResponse<String> fourth = app.post(UUID.randomUUID(), 1);
      assertThat(fourth.statusCode()).isEqualTo(503);
      assertThat(fourth.headers().firstValue("Retry-After")).contains("1");
      daemon.reportAll(1, "eu-a");
      for (Future<HttpResponse<String>> write : writes) {
        assertThat(write.get().statusCode()).isEqualTo(201);
      }
    }
    assertThat(app.rows()).isEqualTo(3);
  }

  @Test
  void aDeadDatabaseIsAnsweredFastAndTurnsHealthNegative() throws Exception {
    EmbeddedPostgres mortal = ApplicationFixture.durableServer();
    app.close();
    app = new ApplicationFixture(mortal);
    app.open(true);
    app.start(Optional.empty());
    assertThat(app.post(UUID.randomUUID(), 1).statusCode()).isEqualTo(201);
    Await.until("healthy", () -> app.get("/healthz").statusCode() == 200);
    mortal.close();
    long began = System.nanoTime();
    HttpResponse<String> read = app.get("/orders?user=u1");
    assertThat(read.statusCode()).isEqualTo(503);
    assertThat(app.post(UUID.randomUUID(), 1).statusCode()).isEqualTo(503);
    assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(2));
    Await.until("not healthy", () -> app.get("/healthz").statusCode() == 503);
  }

  @Test
  void connectionsThatTheServerEndedAreReplacedWithoutAnError() throws SQLException {
    app.start(Optional.empty());
    for (int i = 0; i < 20; i++) {
      assertThat(app.get("/orders?user=u1").statusCode()).isEqualTo(200);
      app.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename='orders_app'");
    }
  }

  @Test
  void aShadowsHealthFollowsTheAgeOfItsHeartbeat() throws SQLException {
    app.sql(
        "create schema understudy",
        "create table understudy.heartbeat"
            + " (service text primary key, epoch bigint not null, reading bigint not null)",
        "grant usage on schema understudy to orders_app",
        "grant select on understudy.heartbeat to orders_app",
        "insert into understudy.heartbeat"
            + " values ('orders', 1, extract(epoch from now()) * 1000 + 60000)");
    app.start(Optional.empty());
    Await.until("fresh enough", () -> app.get("/healthz").statusCode() == 200);
    app.sql("update understudy.heartbeat set reading = extract(epoch from now()) * 1000 - 60000");
    Await.until("too old", () -> app.get("/healthz").statusCode() == 503);
    assertThat(app.get("/healthz").body()).contains("ms old");
    app.open(true);
    Await.until("open: its own data is the newest", () -> app.get("/healthz").statusCode() == 200);
  }

  @Test
  void everyMistakeOfTheCommandLineIsReported() {
    String[] arguments = {
      "--service", "orders", "--listen", "127.0.0.1:8081", "--daemon", "localhost",
      "--stale-reads-max", "soon", "--writes-max", "0", "--colour", "red"
    };
    assertThatThrownBy(() -> AppSettings.parse(new Options(arguments), 100))
        .isInstanceOf(InvalidOptionsException.class)
        .hasMessageContaining("--endpoint is missing")
        .hasMessageContaining("--daemon: 'localhost' is not of the form http://127.0.0.1:9380")
        .hasMessageContaining("--stale-reads-max: 'soon' is not valid")
        .hasMessageContaining("--writes-max: '0' is not valid: it is below 1")
        .hasMessageContaining("--colour is not known here");
  }

  private int rows() {
    try {
      return app.rows();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void assertUnknownWithin(Duration bound, ApplicationFixture app) {
    long began = System.nanoTime();
    assertUnknown(app.post(UUID.randomUUID(), 1));
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    assertThat(took).isBetween(Duration.ofSeconds(2), bound);
  }

  private static void assertUnknown(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.headers().firstValue("X-Understudy-Outcome")).contains("unknown");
    assertThat(answer.headers().firstValue("X-Understudy-Refused")).isEmpty();
  }
}
