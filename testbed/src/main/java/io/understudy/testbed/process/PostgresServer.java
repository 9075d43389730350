package io.understudy.testbed.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A real PostgreSQL server with its own data directory, durable and ready to be replicated. */
public final class PostgresServer {
  private static final Duration START = Duration.ofSeconds(30);

  private final String name;
  private final Path data;
  private final int port;
  private final PostgresBinaries binaries;

  PostgresServer(String name, Path data, int port, PostgresBinaries binaries) {
    this.name = name;
    this.data = data;
    this.port = port;
    this.binaries = binaries;
  }

  public int port() {
    return port;
  }

  public String jdbcUrl(String database) {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
  }

  /** Starts the postmaster; the process lives in its data directory, as do its backends. */
  public Child start(ProcessFamily family) throws IOException {
    List<String> options = new ArrayList<>(List.of("-D", data.toString(), "-p", "" + port));
    settings().forEach((key, value) -> options.addAll(List.of("-c", key + "=" + value)));
    return family.start(new Program(name, data, binaries.command("postgres", options), Map.of()));
  }

  /** Waits until it takes connections. */
  public void awaitReady(Child postmaster, Patience patience) {
    patience.await(
        "PostgreSQL " + name + " to take connections",
        START,
        () -> !postmaster.alive() || takesConnections());
    if (!postmaster.alive()) {
      throw new EndedEarlyException(name, postmaster.exitStatus().orElseThrow(), postmaster.log());
    }
  }

  /**
   * Runs statements as the superuser. Tables must be made by a running server: what single-user
   * mode makes gets an object id below 16384, and pgoutput silently publishes nothing of it.
   */
  public void run(String database, List<String> statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl(database), "postgres", "");
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  private Map<String, String> settings() {
    return Map.ofEntries(
        Map.entry("listen_addresses", "127.0.0.1"),
        Map.entry("unix_socket_directories", ""),
        Map.entry("fsync", "on"),
        Map.entry("synchronous_commit", "on"),
        Map.entry("wal_level", "logical"),
        Map.entry("max_wal_senders", "16"),
        Map.entry("max_replication_slots", "16"),
        Map.entry("max_connections", "60"),
        Map.entry("shared_buffers", "32MB"),
        Map.entry("max_wal_size", "256MB"),
        Map.entry("log_line_prefix", "%m [%p] %q%u@%d "));
  }

  /** The postmaster writes its state as the last line of its lock file. */
  private boolean takesConnections() {
    try {
      List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
      return lines.size() >= 8 && lines.get(7).strip().equals("ready");
    } catch (IOException e) {
      return false; // Not written yet.
    }
  }
}
