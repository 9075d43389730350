package io.understudy.testbed.bench.commit;

import io.understudy.testbed.process.Child;
import io.understudy.testbed.process.LoopbackPorts;
import io.understudy.testbed.process.Patience;
import io.understudy.testbed.process.PostgresServer;
import io.understudy.testbed.process.PostgresTemplate;
import io.understudy.testbed.process.ProcessFamily;
import io.understudy.testbed.process.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * A primary and three shadows, with a database for each contender, so that what one commits is none
 * of the others' business.
 */
final class Servers {
  static final int SHADOWS = 3;

  private static final Duration CAUGHT_UP = Duration.ofMinutes(5);
  private static final String TABLE =
      "CREATE TABLE account (id bigint PRIMARY KEY, balance bigint NOT NULL, note text NOT NULL)";
  private static final String ROWS =
      "INSERT INTO account SELECT i, 0, repeat('x', 80) FROM generate_series(1, "
          + Clients.ROWS
          + ") i";

  /** A running server, by its name. */
  record Place(String name, PostgresServer server) {}

  private final RunFolder folder;
  private final ProcessFamily family;
  private final Patience patience;
  private final PostgresTemplate template;
  private final List<Place> places = new ArrayList<>();

  private Servers(RunFolder folder, ProcessFamily family, Patience patience)
      throws IOException, InterruptedException {
    this.folder = folder;
    this.family = family;
    this.patience = patience;
    this.template = PostgresTemplate.make(folder.room("postgres"));
  }

  static Servers open(RunFolder folder, ProcessFamily family, Patience patience)
      throws IOException, InterruptedException, SQLException {
    Servers servers = new Servers(folder, family, patience);
    for (int i = 0; i <= SHADOWS; i++) {
      String name = i == 0 ? "primary" : "shadow-" + i;
      Path data = folder.room(name).resolve("data");
      servers.start(servers.template.server(name, data, port()), name);
    }
    // A daemon that stands still while others are measured is not to be cut off.
    servers.setting("wal_sender_timeout", "0");
    servers.setting("wal_keep_size", "8GB");
    return servers;
  }

  static int port() throws IOException {
    try (LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      return ports.reserve();
    }
  }

  private void start(PostgresServer server, String name) throws IOException, SQLException {
    Child postmaster = server.start(family);
    server.awaitReady(postmaster, patience);
    server.run("postgres", List.of("CREATE ROLE orders_app LOGIN"));
    places.add(new Place(name, server));
  }

  Place primary() {
    return places.getFirst();
  }

  List<Place> shadows() {
    return List.copyOf(places.subList(1, places.size()));
  }

  /** A database with the table, on the primary with rows. */
  void makeDatabase(String name, List<Place> where) throws SQLException {
    for (Place place : where) {
      place.server().run("postgres", List.of("CREATE DATABASE " + name));
      place.server().run(name, List.of(TABLE));
    }
    primary().server().run(name, List.of(ROWS));
  }

  /** Sets it on the primary, or resets it if empty. */
  void setting(String name, String value) throws SQLException {
    String change =
        value.isEmpty()
            ? "ALTER SYSTEM RESET " + name
            : "ALTER SYSTEM SET " + name + " = '" + value + "'";
    primary().server().run("postgres", List.of(change, "SELECT pg_reload_conf()"));
  }

  /** Waits for a condition of one server. */
  void await(Place place, String database, String condition) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(place.server().jdbcUrl(database), "postgres", "");
        Statement statement = connection.createStatement()) {
      patience.await(place.name() + ": " + condition, CAUGHT_UP, () -> holds(statement, condition));
    }
  }

  private static boolean holds(Statement statement, String condition) {
    try (ResultSet row = statement.executeQuery("SELECT coalesce((" + condition + "), false)")) {
      return row.next() && row.getBoolean(1);
    } catch (SQLException e) {
      throw new IllegalStateException(condition, e);
    }
  }

  /** A copy of the primary's files, as a base backup makes it. */
  Path copyOfPrimary(String name) throws IOException, SQLException {
    Path from = folder.room("primary").resolve("data");
    Path to = folder.room(name).resolve("data");
    try (Connection connection =
            DriverManager.getConnection(primary().server().jdbcUrl("postgres"), "postgres", "");
        Statement statement = connection.createStatement()) {
      statement.execute("SELECT pg_backup_start('" + name + "', true)");
      try (Stream<Path> files = Files.walk(from)) {
        for (Path file : files.toList()) {
          copy(file, to.resolve(from.relativize(file).toString()));
        }
      }
      try (ResultSet row = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
        row.next();
        Files.writeString(to.resolve("backup_label"), row.getString(1));
      }
    }
    Files.deleteIfExists(to.resolve("postmaster.pid"));
    Files.createFile(to.resolve("standby.signal"));
    return to;
  }

  /** Files come and go while the server works; the log that follows makes up for that. */
  private static void copy(Path from, Path to) throws IOException {
    try {
      Files.copy(from, to, java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
    } catch (java.nio.file.NoSuchFileException e) {
      // Gone meanwhile.
    }
  }

  PostgresServer standby(String name, Path data, int port) {
    return template.existing(name, data, port);
  }

  Child start(PostgresServer server) throws IOException {
    return server.start(family);
  }

  Patience patience() {
    return patience;
  }

  static String checksum(Place place, String database) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(place.server().jdbcUrl(database), "postgres", "");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) || ':' || sum(hashtextextended(t::text, 0)) FROM account t")) {
      row.next();
      return row.getString(1);
    }
  }
}
