package io.understudy.testbed.demo;

import io.understudy.testbed.process.Certificates;
import io.understudy.testbed.process.Child;
import io.understudy.testbed.process.JavaModules;
import io.understudy.testbed.process.JavaModules.Entry;
import io.understudy.testbed.process.JavaModules.Jit;
import io.understudy.testbed.process.LoopbackPorts;
import io.understudy.testbed.process.Patience;
import io.understudy.testbed.process.PostgresServer;
import io.understudy.testbed.process.PostgresTemplate;
import io.understudy.testbed.process.ProcessFamily;
import io.understudy.testbed.process.Program;
import io.understudy.testbed.process.Residents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Every real process of the demonstration. */
final class Cluster implements Stage {
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration KILL = Duration.ofSeconds(10);
  private static final String TESTBED = "io.understudy.testbed.Main";

  private final Layout layout;
  private final JavaModules modules;
  private final ProcessFamily family;
  private final Patience patience;
  private final Set<String> killed = new HashSet<>();

  Cluster(Layout layout, JavaModules modules, ProcessFamily family, Patience patience) {
    this.layout = layout;
    this.modules = modules;
    this.family = family;
    this.patience = patience;
  }

  /**
   * Starts everything and returns when every process serves.
   *
   * @param ports released once the first process needs its own
   * @param without parts that are left out
   */
  void start(LoopbackPorts ports, Secrets secrets, Set<String> without)
      throws IOException, InterruptedException {
    Path config = layout.folder().room("config").resolve("understudy.yaml");
    Files.writeString(config, ConfigText.understudy(layout, secrets));
    Files.copy(config, layout.folder().logs().resolve("understudy.yaml"));
    Map<Child, PostgresServer> databases = new HashMap<>();
    List<PostgresServer> servers = databaseServers();
    ports.release();
    for (PostgresServer server : servers) {
      databases.put(server.start(family), server);
    }
    for (Map.Entry<Child, PostgresServer> each : databases.entrySet()) {
      each.getValue().awaitReady(each.getKey(), patience);
      makeSchema(each.getValue());
    }
    awaitAll(endpointDaemons(secrets));
    // The daemon comes after whom it watches: it would take one that is not up yet for a dead one.
    awaitAll(gatewayAndApplications(secrets));
    awaitAll(
        List.of(java("daemon", entry("replication-daemon", "daemon", 384), List.of("" + config))));
    awaitAll(readers(config, without));
  }

  private static void makeSchema(PostgresServer server) throws IOException {
    try {
      server.run("postgres", List.of("CREATE DATABASE " + Layout.SERVICE));
      server.run(Layout.SERVICE, ConfigText.schema());
    } catch (SQLException e) {
      throw new IOException("the schema cannot be made: " + e.getMessage(), e);
    }
  }

  private void awaitAll(List<Child> children) {
    children.forEach(child -> child.awaitReady(patience, READY));
  }

  private List<Child> gatewayAndApplications(Secrets secrets) throws IOException {
    List<Child> children = new ArrayList<>();
    children.add(gateway(secrets));
    for (Layout.Endpoint endpoint : layout.endpoints()) {
      children.add(app(endpoint));
    }
    return children;
  }

  private List<Child> endpointDaemons(Secrets secrets) throws IOException, InterruptedException {
    Certificates.make(
        layout.folder(), modules, layout.endpoints().stream().map(Layout.Endpoint::name).toList());
    List<Child> children = new ArrayList<>();
    for (Layout.Endpoint endpoint : layout.endpoints()) {
      Path room = Files.createDirectories(layout.room(endpoint).resolve("daemon"));
      Path config = room.resolve("endpoint.yaml");
      Files.writeString(
          config, ConfigText.endpoint(layout, endpoint, room.resolve("state"), secrets));
      List<String> command =
          modules.command(
              entry("replication-daemon", "daemon", 192),
              List.of("endpoint", "--config", config.toString()));
      children.add(
          family.start(new Program("endpoint-" + endpoint.name(), room, command, Map.of())));
    }
    return children;
  }

  /** Those that only read from the daemon's Hazelcast member or publish to it. */
  private List<Child> readers(Path config, Set<String> without) throws IOException {
    List<Child> children = new ArrayList<>();
    if (!without.contains("risk")) {
      children.add(java("risk", entry("risk-service", "risk", 256), List.of("" + config)));
    }
    if (!without.contains("plugin")) {
      children.add(plugin());
    }
    return children;
  }

  /**
   * SIGKILL to application, daemon, postmaster and every backend; then the data directory is moved
   * away, so that nothing can come back by itself.
   */
  @Override
  public int kill(Layout.Endpoint endpoint) throws IOException {
    killed.add(endpoint.name());
    Path room = layout.room(endpoint);
    int count = new Residents(room).killAll(patience, KILL);
    Files.move(room.resolve("data"), room.resolve("data.gone"));
    return count;
  }

  @Override
  public List<Child> endedByThemselves() {
    return family.ended().stream()
        .filter(child -> killed.stream().noneMatch(name -> child.name().endsWith("-" + name)))
        .toList();
  }

  private List<PostgresServer> databaseServers() throws IOException, InterruptedException {
    PostgresTemplate template = PostgresTemplate.make(layout.folder().room("postgres"));
    List<PostgresServer> servers = new ArrayList<>();
    for (Layout.Endpoint endpoint : layout.endpoints()) {
      Path data = layout.room(endpoint).resolve("data");
      servers.add(template.server("postgres-" + endpoint.name(), data, endpoint.database()));
    }
    return servers;
  }

  private Child gateway(Secrets secrets) throws IOException {
    Files.createDirectories(layout.folder().room("plugin"));
    return java(
        "gateway",
        new Entry("testbed", TESTBED, 192, Jit.FAST_START),
        List.of(
            "gateway",
            "--listen",
            "127.0.0.1:" + layout.gateway(),
            "--admin",
            "127.0.0.1:" + layout.gatewayAdmin(),
            "--admin-key-file",
            secrets.gatewayKey().toString(),
            "--runner-socket",
            layout.runnerSocket().toString()));
  }

  private Child app(Layout.Endpoint endpoint) throws IOException {
    List<String> command =
        modules.command(
            new Entry("testbed", TESTBED, 192, Jit.FAST_START),
            List.of(
                "app",
                "--service",
                Layout.SERVICE,
                "--endpoint",
                endpoint.name(),
                "--listen",
                "127.0.0.1:" + endpoint.app(),
                "--database",
                "jdbc:postgresql://127.0.0.1:" + endpoint.database() + "/" + Layout.SERVICE,
                "--user",
                "orders_app",
                "--daemon",
                "none")); // COMMIT waits.
    Path room = Files.createDirectories(layout.room(endpoint).resolve("app"));
    return family.start(new Program("app-" + endpoint.name(), room, command, Map.of()));
  }

  private Child plugin() throws IOException {
    Map<String, String> environment =
        Map.of(
            "APISIX_LISTEN_ADDRESS",
            "unix:" + layout.runnerSocket(),
            "APISIX_CONF_EXPIRE_TIME",
            "3600",
            "UNDERSTUDY_HAZELCAST",
            "127.0.0.1:" + layout.hazelcast());
    Path room = layout.folder().room("plugin");
    List<String> command = modules.command(entry("gateway-plugin", "gateway", 192), List.of());
    return family.start(new Program("plugin", room, command, environment));
  }

  private Child java(String name, Entry entry, List<String> arguments) throws IOException {
    List<String> command = modules.command(entry, arguments);
    return family.start(new Program(name, layout.folder().room(name), command, Map.of()));
  }

  private static Entry entry(String module, String part, int heapMegabytes) {
    return new Entry(module, "io.understudy." + part + ".Main", heapMegabytes, Jit.FAST_START);
  }
}
