package io.understudy.testbed.bench.resync;

import io.understudy.daemon.postgres.Server;
import io.understudy.model.config.Topology;
import io.understudy.testbed.bench.sync.ProcessorTime;
import io.understudy.testbed.process.Child;
import io.understudy.testbed.process.LoopbackPorts;
import io.understudy.testbed.process.Patience;
import io.understudy.testbed.process.PostgresServer;
import io.understudy.testbed.process.PostgresTemplate;
import io.understudy.testbed.process.ProcessFamily;
import io.understudy.testbed.process.RunFolder;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** A primary and a shadow, with a database on the shadow for each way to copy. */
final class Servers {
  static final String SOURCE = "source";
  private static final String ROLE = "orders_app";
  private static final String COUNTED = "?socketFactory=" + CountedSockets.class.getName();

  private final PostgresServer primary;
  private final PostgresServer shadow;
  private final List<Long> postmasters;

  private Servers(PostgresServer primary, PostgresServer shadow, List<Long> postmasters) {
    this.primary = primary;
    this.shadow = shadow;
    this.postmasters = postmasters;
  }

  /** Starts them, with an empty table in every database. */
  static Servers open(
      RunFolder folder, ProcessFamily family, Patience patience, List<String> databases)
      throws IOException, InterruptedException, SQLException {
    PostgresTemplate template = PostgresTemplate.make(folder.room("postgres"));
    List<PostgresServer> started = new ArrayList<>();
    List<Long> postmasters = new ArrayList<>();
    try (LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      List<Integer> numbers = List.of(ports.reserve(), ports.reserve());
      ports.release();
      for (String name : List.of("primary", "shadow")) {
        PostgresServer server =
            template.server(name, folder.room(name).resolve("data"), numbers.get(started.size()));
        Child postmaster = server.start(family);
        server.awaitReady(postmaster, patience);
        started.add(server);
        postmasters.add(postmaster.pid());
      }
    }
    Servers servers = new Servers(started.getFirst(), started.getLast(), postmasters);
    make(servers.primary, List.of(SOURCE));
    make(servers.shadow, databases);
    return servers;
  }

  private static void make(PostgresServer server, List<String> databases) throws SQLException {
    server.run("postgres", List.of("CREATE ROLE " + ROLE + " LOGIN"));
    for (String database : databases) {
      server.run("postgres", List.of("CREATE DATABASE " + database));
      server.run(database, List.of(Stock.TABLE));
    }
  }

  void runOnPrimary(List<String> statements) throws SQLException {
    primary.run(SOURCE, statements);
  }

  void runOnShadow(String database, String... statements) throws SQLException {
    shadow.run(database, List.of(statements));
  }

  /** For our own code; what crosses its connections is counted. */
  Server counted(String database) {
    boolean source = database.equals(SOURCE);
    PostgresServer server = source ? primary : shadow;
    return new Server(
        source ? "primary" : "shadow",
        new Topology.Database(
            "127.0.0.1", server.port(), database + COUNTED, "postgres", Optional.empty(), ROLE));
  }

  /** For a copy by hand; what crosses it is counted. */
  Connection connect(String database) throws SQLException {
    PostgresServer server = database.equals(SOURCE) ? primary : shadow;
    return DriverManager.getConnection(server.jdbcUrl(database) + COUNTED, "postgres", "");
  }

  int primaryPort() {
    return primary.port();
  }

  /** Processor seconds of both servers and of this process. */
  double processorSeconds() throws IOException {
    List<Long> roots = new ArrayList<>(postmasters);
    roots.add(ProcessHandle.current().pid());
    return ProcessorTime.seconds(roots);
  }

  /** First column of the first row on the shadow. */
  String queryOnShadow(String database, String sql) throws SQLException {
    return query(shadow, database, sql);
  }

  /**
   * Compares with another checksum than the one that is measured.
   *
   * @throws IllegalStateException naming the database that differs from the primary
   */
  void requireEqual(String database) throws SQLException {
    String sql = "SELECT count(*) || ':' || sum(hashtextextended(t::text, 0)) FROM item t";
    String expected = query(primary, SOURCE, sql);
    String found = query(shadow, database, sql);
    if (!found.equals(expected)) {
      throw new IllegalStateException(
          database + " holds " + found + " and the primary " + expected);
    }
  }

  private static String query(PostgresServer server, String database, String sql)
      throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(server.jdbcUrl(database), "postgres", "");
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? String.valueOf(row.getString(1)) : "nothing";
    }
  }
}
