package io.understudy.testbed.app;

import io.understudy.model.config.HostPort;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** An endpoint of the application on a real PostgreSQL server, with a client. */
final class ApplicationFixture implements AutoCloseable {
  final Vertx vertx = Vertx.vertx();
  private final EmbeddedPostgres postgres;
  private final String database;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private HostPort place = new HostPort("127.0.0.1", 0);

  /** A server that keeps what it acknowledges. */
  static EmbeddedPostgres durableServer() throws IOException, SQLException {
    EmbeddedPostgres postgres =
        EmbeddedPostgres.builder()
            .setServerConfig("fsync", "on")
            .setServerConfig("full_page_writes", "on")
            .setServerConfig("synchronous_commit", "on")
            .setServerConfig("max_wal_senders", "4")
            .start();
    execute(postgres, "postgres", "create role orders_app login");
    return postgres;
  }

  /** On a fresh database of the server. */
  ApplicationFixture(EmbeddedPostgres postgres) throws SQLException {
    this.postgres = postgres;
    this.database = "d" + UUID.randomUUID().toString().replace('-', '_');
    execute(postgres, "postgres", "create database " + database);
    sql(
        "create table orders (id uuid primary key, user_key text not null,"
            + " amount integer not null, version integer not null, note text,"
            + " updated_at timestamptz)",
        "grant select on orders to orders_app");
  }

  /** Gives or takes the write privilege, as the daemon does. */
  void open(boolean open) throws SQLException {
    sql(
        open
            ? "grant insert, update, delete on orders to orders_app"
            : "revoke insert, update, delete on orders from orders_app");
  }

  void start(Optional<FakeDaemon> daemon) {
    start(daemon.map(known -> "http://127.0.0.1:" + known.port()).map(URI::create), 256);
  }

  void start(Optional<URI> daemon, int writesMax) {
    AppSettings settings =
        new AppSettings(
            "orders",
            "eu-a",
            place,
            new AppSettings.Database(
                "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + database,
                "orders_app",
                ""),
            daemon.map(base -> new AppSettings.Daemon(base, FakeDaemon.TOKEN)),
            new AppSettings.Limits(
                16, writesMax, 1024, 100, Duration.ofSeconds(2), Duration.ofSeconds(2)),
            1);
    place = Application.start(vertx, settings).await().listening();
  }

  HttpResponse<String> post(UUID id, int amount) {
    return send(
        request("/orders")
            .header("x-user-id", "u1")
            .POST(
                BodyPublishers.ofString(
                    new JsonObject().put("id", id.toString()).put("amount", amount).encode())));
  }

  HttpResponse<String> put(UUID id, int amount) {
    return send(
        request("/orders/" + id)
            .PUT(BodyPublishers.ofString(new JsonObject().put("amount", amount).encode())));
  }

  HttpResponse<String> get(String uri) {
    return send(request(uri));
  }

  HttpResponse<String> fault(String json) {
    return send(request("/faults").POST(BodyPublishers.ofString(json.replace('\'', '"'))));
  }

  HttpRequest.Builder request(String uri) {
    return HttpRequest.newBuilder(URI.create("http://" + place + uri))
        .timeout(Duration.ofSeconds(15));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Value of a metric line that starts so; 0 when there is none. */
  double metric(String start) {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(start))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  int rows() throws SQLException {
    try (Connection connection = owner();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from orders")) {
      row.next();
      return row.getInt(1);
    }
  }

  void sql(String... statements) throws SQLException {
    execute(postgres, database, statements);
  }

  private Connection owner() throws SQLException {
    return owner(postgres, database);
  }

  private static void execute(EmbeddedPostgres postgres, String database, String... statements)
      throws SQLException {
    try (Connection connection = owner(postgres, database);
        Statement statement = connection.createStatement()) {
      for (String text : statements) {
        statement.execute(text);
      }
    }
  }

  private static Connection owner(EmbeddedPostgres postgres, String database) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + postgres.getPort() + "/" + database + "?user=postgres");
  }

  @Override
  public void close() {
    client.close();
    vertx.close().await();
  }
}
