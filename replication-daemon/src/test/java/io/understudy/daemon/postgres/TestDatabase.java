package io.understudy.daemon.postgres;

import io.understudy.model.config.Topology;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A fresh database on a real server with fsync on. Three servers live as long as the test process;
 * every test gets databases of its own.
 */
public record TestDatabase(String endpoint, int port, String name) {
  private static final Map<String, EmbeddedPostgres> SERVERS = new ConcurrentHashMap<>();
  private static final AtomicInteger COUNT = new AtomicInteger();

  public static final String ROLE = "orders_app";

  /** A database on the server that all tests share for this endpoint. */
  public static TestDatabase on(String endpoint) {
    return on(PostgresVersion.V17, endpoint);
  }

  /** The same on a server of this version. */
  public static TestDatabase on(PostgresVersion version, String endpoint) {
    return on(
        SERVERS.computeIfAbsent(version + " " + endpoint, _ -> startServer(version)), endpoint);
  }

  public static TestDatabase on(EmbeddedPostgres server, String endpoint) {
    String name = "db" + COUNT.incrementAndGet();
    TestDatabase admin = new TestDatabase(endpoint, server.getPort(), "postgres");
    admin.execute("CREATE DATABASE " + name);
    admin.execute(
        "DO $$ BEGIN CREATE ROLE "
            + ROLE
            + " LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    return new TestDatabase(endpoint, server.getPort(), name);
  }

  /** A server of the test's own, for tests that kill it. */
  public static EmbeddedPostgres startServer() {
    return startServer(PostgresVersion.V17);
  }

  private static EmbeddedPostgres startServer(PostgresVersion version) {
    try {
      return builder(version).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How the tests' servers are set up. */
  public static EmbeddedPostgres.Builder builder(PostgresVersion version) {
    return version
        .builder()
        .setServerConfig("wal_level", "logical")
        .setServerConfig("fsync", "on")
        .setServerConfig("synchronous_commit", "on")
        .setServerConfig("full_page_writes", "on")
        .setServerConfig("max_wal_senders", "40")
        .setServerConfig("max_replication_slots", "200")
        .setServerConfig("max_connections", "200")
        .setServerConfig("shared_buffers", "32MB");
  }

  public Topology.Endpoint topology() {
    return new Topology.Endpoint(endpoint, "eu", "127.0.0.1", 1, "/metrics", database());
  }

  public Topology.Database database() {
    return new Topology.Database("127.0.0.1", port, name, "postgres", Optional.empty(), ROLE);
  }

  public Server server() {
    return new Server(endpoint, database());
  }

  public Connection connect() throws SQLException {
    return connect("postgres");
  }

  public Connection connect(String user) throws SQLException {
    return DriverManager.getConnection(
        "jdbc:postgresql://127.0.0.1:" + port + "/" + name + "?user=" + user);
  }

  public void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** The first column of the first row. */
  public String query(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "nothing";
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Rows and checksum of every user table. */
  public Map<String, String> contents() {
    Map<String, String> contents = new TreeMap<>();
    try (Connection connection = connect()) {
      for (Catalogue.Table table : Catalogue.read(connection).tables().values()) {
        if (!table.name().schema().equals("understudy")) {
          String sql =
              "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)),"
                  + " '') FROM "
                  + table.name().quoted()
                  + " t";
          contents.put(table.name().toString(), query(sql));
        }
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return contents;
  }
}
