package io.understudy.daemon.capture;

import io.understudy.daemon.kill.KillableServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A real Debezium Server with the properties of {@code docker/}, in a process of its own. */
final class DebeziumServerProcess implements AutoCloseable {
  private static final Path HOME = Path.of("target/debezium-server").toAbsolutePath();
  static final Path LOG = Path.of("target/debezium-server.log");

  private final Process process;

  private DebeziumServerProcess(Process process) {
    this.process = process;
  }

  /**
   * Starts it.
   *
   * @param folder where it runs
   * @param variables those that the properties name
   */
  static DebeziumServerProcess start(Path folder, Map<String, String> variables)
      throws IOException {
    Path config = Files.createDirectories(folder.resolve("config"));
    Files.writeString(
        config.resolve("application.properties"), Files.readString(ServerPropertiesTest.FILE));
    Map<String, String> all = new TreeMap<>(variables);
    all.put("UNDERSTUDY_SERVER_PORT", Integer.toString(KillableServer.freePort()));
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "--add-opens=java.base/java.lang=ALL-UNNAMED",
                    "-cp",
                    runner() + ":" + HOME.resolve("lib") + "/*",
                    "io.debezium.server.Main"))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(LOG.toAbsolutePath().toFile()));
    builder.environment().putAll(all);
    return new DebeziumServerProcess(builder.start());
  }

  private static Path runner() throws IOException {
    try (Stream<Path> files = Files.list(HOME)) {
      return files
          .filter(file -> file.toString().endsWith("-runner.jar"))
          .findFirst()
          .orElseThrow(() ->
              new IOException("no server in " + HOME + "; ./understudy test --long brings it"));
    }
  }

  boolean alive() {
    return process.isAlive();
  }

  /** SIGKILL. */
  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
