package io.understudy.testbed.bench.commit;

import io.understudy.testbed.process.Certificates;
import io.understudy.testbed.process.Child;
import io.understudy.testbed.process.JavaModules;
import io.understudy.testbed.process.ProcessFamily;
import io.understudy.testbed.process.Program;
import io.understudy.testbed.process.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Our quorum commit: one daemon per endpoint, each a process of its own, TLS between them; commits
 * wait for the journals of two of three voters, which apply them too. Between its turns the daemons
 * stand still (SIGSTOP), so that they stay warm and cost nothing.
 */
final class OwnQuorum implements Contender {
  private static final String DATABASE = "ours";
  private static final int HEAP_MEGABYTES = 256;
  private static final Duration READY = Duration.ofSeconds(60);

  private final Servers servers;
  private final Setting setting;
  private final Map<String, Child> daemons = new LinkedHashMap<>();

  /** What it needs to start processes. */
  record Setting(RunFolder folder, ProcessFamily family, JavaModules modules) {}

  OwnQuorum(Servers servers, Setting setting) {
    this.servers = servers;
    this.setting = setting;
  }

  @Override
  public String name() {
    return "ours";
  }

  @Override
  public String database() {
    return DATABASE;
  }

  @Override
  public void prepare() throws SQLException, IOException, InterruptedException {
    List<Servers.Place> all = new ArrayList<>(List.of(servers.primary()));
    all.addAll(servers.shadows());
    servers.makeDatabase(DATABASE, all);
    Map<String, Integer> wires = new LinkedHashMap<>();
    for (Servers.Place place : all) {
      wires.put(place.name(), Servers.port());
    }
    Path certificates =
        Certificates.make(setting.folder(), setting.modules(), List.copyOf(wires.keySet()));
    for (Servers.Place place : all) {
      Path config = configuration(place, all, wires, certificates);
      start("endpoint-" + place.name(), List.of("endpoint", "--config", config.toString()));
    }
    servers.await(
        servers.primary(),
        DATABASE,
        "to_regclass('understudy.reign') IS NOT NULL AND has_table_privilege('orders_app',"
            + " 'account', 'UPDATE')");
    end();
  }

  private Path configuration(
      Servers.Place self, List<Servers.Place> all, Map<String, Integer> wires, Path certificates)
      throws IOException {
    Path room = setting.folder().room("endpoint-" + self.name());
    StringBuilder text =
        new StringBuilder("service: bench\nself: ")
            .append(self.name())
            .append("\nfolder: ")
            .append(room.resolve("state"))
            .append("\ncontrol: ")
            .append(setting.folder().room("control"))
            .append("\ncertificates: ")
            .append(certificates)
            .append("\nk: 2\nendpoints:\n");
    for (Servers.Place place : all) {
      text.append("  - name: ")
          .append(place.name())
          .append("\n    wire: 127.0.0.1:")
          .append(wires.get(place.name()))
          .append("\n    database: {host: 127.0.0.1, port: ")
          .append(place.server().port())
          .append(", name: ours, user: postgres, applicationRole: orders_app}\n");
    }
    return Files.writeString(room.resolve("endpoint.yaml"), text);
  }

  private void start(String name, List<String> arguments) throws IOException {
    Program program = new Program(name, setting.folder().room(name), command(arguments), Map.of());
    Child child = setting.family().start(program);
    child.awaitReady(servers.patience(), READY);
    daemons.put(name, child);
  }

  private List<String> command(List<String> arguments) throws IOException {
    return setting
        .modules()
        .command(
            new JavaModules.Entry(
                "replication-daemon",
                "io.understudy.daemon.Main",
                HEAP_MEGABYTES,
                JavaModules.Jit.FULL_SPEED),
            arguments);
  }

  @Override
  public void begin() throws SQLException, IOException, InterruptedException {
    signal("CONT");
    servers.setting("synchronous_standby_names", "ANY 1 (\"understudy_bench\")");
    servers.await(
        servers.primary(),
        "postgres",
        "(SELECT count(*) = 1 FROM pg_stat_replication WHERE application_name ="
            + " 'understudy_bench' AND sync_state = 'quorum')");
    // A commit that returns says that two voters are there.
    servers
        .primary()
        .server()
        .run(DATABASE, List.of("UPDATE account SET balance = balance + 1 WHERE id = 1"));
  }

  @Override
  public void end() throws SQLException, IOException, InterruptedException {
    servers.setting("synchronous_standby_names", "");
    signal("STOP");
  }

  /** Lets them go on, to be ended in order. */
  void release() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    for (Child daemon : daemons.values()) {
      new ProcessBuilder("kill", "-" + name, "" + daemon.pid()).start().waitFor();
    }
  }
}
