package io.understudy.testbed.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A host in a JVM of its own, with the same options for every kind of host. */
final class HostProcess implements AutoCloseable {
  private final Process process;
  private final Path socket;

  private HostProcess(Process process, Path socket) {
    this.process = process;
    this.socket = socket;
  }

  /** The real host, started as in production. */
  static HostProcess real(Path folder, String member) throws IOException {
    Path socket = folder.resolve("real.sock");
    Map<String, String> environment =
        Map.of("APISIX_LISTEN_ADDRESS", "unix:" + socket, "UNDERSTUDY_HAZELCAST", member);
    return start(socket, environment, List.of(io.understudy.gateway.Main.class.getName()));
  }

  static HostProcess constant(Path folder) throws IOException {
    Path socket = folder.resolve("constant.sock");
    return start(socket, Map.of(), List.of(ConstantHost.class.getName(), socket.toString()));
  }

  Path socket() {
    return socket;
  }

  Duration cpu() {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }

  @Override
  public void close() throws IOException {
    process.destroy();
    try {
      if (!process.waitFor(10, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }

  private static HostProcess start(
      Path socket, Map<String, String> environment, List<String> mainAndArguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(mainAndArguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    Process process = builder.start();
    // Left open: the process may still say something, and must not die of a broken pipe.
    BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
    String line = out.readLine();
    if (line == null || !line.startsWith("ready ")) {
      process.destroyForcibly();
      throw new IOException("the host of " + socket + " did not start; it says why above");
    }
    return new HostProcess(process, socket);
  }
}
