package io.understudy.testbed.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(90)
class PostgresServerTest {
  @TempDir Path parent;

  @Test
  void killedServerLeavesNoBackendAndTheOtherGoesOn() throws Exception {
    RunFolder folder = RunFolder.create(parent);
    Patience patience = new Patience(System::nanoTime, folder.logs());
    try (ProcessFamily family = ProcessFamily.gather(folder)) {
      PostgresTemplate template = PostgresTemplate.make(folder.room("template"));
      PostgresServer a = server(template, folder, "eu-a");
      PostgresServer b = server(template, folder, "eu-b");
      Child postmasterA = a.start(family);
      Child postmasterB = b.start(family);
      a.awaitReady(postmasterA, patience);
      b.awaitReady(postmasterB, patience);
      for (PostgresServer each : List.of(a, b)) {
        each.run("postgres", List.of("CREATE DATABASE orders"));
        each.run("orders", List.of("CREATE TABLE t (id int PRIMARY KEY)"));
      }

      try (Connection toA = connect(a);
          Connection toB = connect(b)) {
        assertThat(ask(toA, "SHOW fsync")).isEqualTo("on");
        assertThat(ask(toA, "SHOW wal_level")).isEqualTo("logical");
        assertThat(ask(toA, "SELECT count(*) FROM t")).isEqualTo("0");
        assertThat(ask(toA, "SELECT 't'::regclass::oid >= 16384"))
            .as("pgoutput publishes it")
            .isEqualTo("t");
        Path home = folder.room("eu-a");
        Residents residents = new Residents(home);
        assertThat(residents.list())
            .anyMatch(process -> process.pid() == backendOf(toA))
            .anyMatch(process -> process.pid() == postmasterA.pid());

        residents.killAll(patience, Duration.ofSeconds(10));
        Files.move(home.resolve("data"), home.resolve("data.gone"));

        assertThat(residents.list()).isEmpty();
        assertThat(postmasterA.exitStatus()).hasValue(128 + 9);
        assertThat(ask(toB, "SELECT count(*) FROM t")).isEqualTo("0");
      }
    }
  }

  private static PostgresServer server(PostgresTemplate template, RunFolder folder, String name)
      throws Exception {
    try (LoopbackPorts ports = new LoopbackPorts(new SplittableRandom())) {
      return template.server(name, folder.room(name).resolve("data"), ports.reserve());
    }
  }

  private static Connection connect(PostgresServer server) throws SQLException {
    return DriverManager.getConnection(server.jdbcUrl("orders"), "postgres", "");
  }

  private static long backendOf(Connection connection) {
    try {
      return Long.parseLong(ask(connection, "SELECT pg_backend_pid()"));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String ask(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
