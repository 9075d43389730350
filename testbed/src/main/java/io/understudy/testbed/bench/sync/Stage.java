package io.understudy.testbed.bench.sync;

import io.understudy.model.config.Topology;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** The servers of one measurement: a primary and its shadows, with a database for each pipeline. */
final class Stage {
  static final String PRIMARY_DATABASE = "bench";
  private static final Duration APPLIED_MAX = Duration.ofMinutes(10);

  /** A running server. */
  record Place(String name, PostgresServer server, long pid) {
    Topology.Endpoint endpoint(String database) {
      return new Topology.Endpoint(
          name,
          "eu",
          "127.0.0.1",
          1,
          "/metrics",
          new Topology.Database(
              "127.0.0.1", server.port(), database, "postgres", Optional.empty(), "orders_app"));
    }
  }

  private final Place primary;
  private final List<Place> shadows;
  private final Patience patience;

  private Stage(Place primary, List<Place> shadows, Patience patience) {
    this.primary = primary;
    this.shadows = shadows;
    this.patience = patience;
  }

  /** Starts them, with empty tables in every database. */
  static Stage open(RunFolder folder, ProcessFamily family, Patience patience, int shadows)
      throws IOException, InterruptedException, SQLException {
    PostgresTemplate template = PostgresTemplate.make(folder.room("postgres"));
    List<Place> places = new ArrayList<>();
    try (LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      List<Integer> numbers = new ArrayList<>();
      for (int i = 0; i <= shadows; i++) {
        numbers.add(ports.reserve());
      }
      ports.release();
      for (int i = 0; i <= shadows; i++) {
        String name = i == 0 ? "primary" : "shadow-" + i;
        PostgresServer server =
            template.server(name, folder.room(name).resolve("data"), numbers.get(i));
        Child postmaster = server.start(family);
        server.awaitReady(postmaster, patience);
        places.add(new Place(name, server, postmaster.pid()));
      }
    }
    Stage stage =
        new Stage(places.getFirst(), List.copyOf(places.subList(1, places.size())), patience);
    stage.makeDatabases();
    return stage;
  }

  Place primary() {
    return primary;
  }

  List<Place> shadows() {
    return shadows;
  }

  /** Commits a workload on the primary and a marker after it. */
  void commit(Workload workload, int round) throws SQLException {
    run("SET synchronous_commit = off", workload.call());
    run("INSERT INTO marker VALUES (" + round + ")", "CHECKPOINT");
  }

  void run(String... statements) throws SQLException {
    primary.server().run(PRIMARY_DATABASE, List.of(statements));
  }

  /** Waits until every shadow's database has a round's marker. */
  void awaitMarker(String database, int round) throws SQLException {
    for (Place shadow : shadows) {
      try (Connection connection = connect(shadow, database);
          Statement statement = connection.createStatement()) {
        patience.await(
            database + " on " + shadow.name() + " to hold round " + round,
            APPLIED_MAX,
            () -> has(statement, round));
      }
    }
  }

  double serverProcessorSeconds() throws IOException {
    List<Long> roots = new ArrayList<>(List.of(primary.pid()));
    shadows.forEach(shadow -> roots.add(shadow.pid()));
    return ProcessorTime.seconds(roots);
  }

  /**
   * Compares what everybody holds.
   *
   * @throws IllegalStateException naming the first place that differs from the primary
   */
  void requireEqual(List<String> databases) throws SQLException {
    for (String table : List.of("account", "entry")) {
      String expected = checksum(primary, PRIMARY_DATABASE, table);
      for (Place shadow : shadows) {
        for (String database : databases) {
          String found = checksum(shadow, database, table);
          if (!found.equals(expected)) {
            throw new IllegalStateException(
                table
                    + " in "
                    + database
                    + " on "
                    + shadow.name()
                    + " is "
                    + found
                    + " and on the primary "
                    + expected);
          }
        }
      }
    }
  }

  static Connection connect(Place place, String database) throws SQLException {
    return DriverManager.getConnection(place.server().jdbcUrl(database), "postgres", "");
  }

  private void makeDatabases() throws SQLException {
    String role = "CREATE ROLE orders_app LOGIN";
    primary.server().run("postgres", List.of("CREATE DATABASE " + PRIMARY_DATABASE, role));
    run(Workload.schema());
    for (Place shadow : shadows) {
      shadow.server().run("postgres", List.of(role));
      for (String database : List.of(NativePipeline.DATABASE, OwnPipeline.DATABASE)) {
        shadow.server().run("postgres", List.of("CREATE DATABASE " + database));
        shadow.server().run(database, List.of(Workload.schema()));
      }
    }
  }

  private static boolean has(Statement statement, int round) {
    try (ResultSet row =
        statement.executeQuery("SELECT EXISTS (SELECT FROM marker WHERE round = " + round + ")")) {
      return row.next() && row.getBoolean(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String checksum(Place place, String database, String table) throws SQLException {
    try (Connection connection = connect(place, database);
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) || ':' || sum(hashtextextended(t::text, 0)) FROM "
                    + table
                    + " t")) {
      row.next();
      return row.getString(1);
    }
  }
}
