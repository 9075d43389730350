package io.understudy.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a process: what it says when it cannot start. */
class MainTest {
  @TempDir Path folder;

  @Test
  void nothingToReadIsWrongUse() throws Exception {
    assertThat(run().status()).isEqualTo(2);
    assertThat(run().said()).startsWith("usage: replication-daemon UNDERSTUDY.YAML\n");
  }

  @Test
  void everyMistakeOfTheFileIsPrinted() throws Exception {
    Path file = config(0, 0).resolveSibling("wrong.yaml");
    Files.writeString(
        file, Files.readString(config(0, 0)).replace("k: 0", "k: 7").replace("port: 1", "port: x"));
    assertThat(run(file.toString()).status()).isEqualTo(2);
    assertThat(run(file.toString()).said())
        .contains("wrong.yaml:7: services[0].endpoints[0].port: 'x' is not a whole number")
        .contains("wrong.yaml:11: policies[0].k: '7' is not a whole number in 0..0");
  }

  @Test
  void portInUseIsNamedWithItsKeyAndTheRemedy() throws Exception {
    int free = freePort();
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ended api = run(config(free, taken.getLocalPort()).toString());
      assertThat(api.status()).isEqualTo(2);
      assertThat(api.said())
          .contains("daemon.listen: cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .contains("stop the process that listens there or choose another port");
      Ended member = run(config(taken.getLocalPort(), 0).toString());
      assertThat(member.status()).isEqualTo(2);
      assertThat(member.said())
          .contains("hazelcast.members: cannot listen on 127.0.0.1:" + taken.getLocalPort());
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private record Ended(int status, String said) {}

  private Ended run(String... arguments) throws IOException, InterruptedException {
    Path said = folder.resolve("stderr");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            Main.class.getName());
    builder.command().addAll(List.of(arguments));
    Process process = builder.redirectError(said.toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ended").isTrue();
      return new Ended(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
    } finally {
      process.destroyForcibly();
    }
  }

  private Path config(int hazelcast, int api) throws IOException {
    Path tokens = Files.writeString(folder.resolve("tokens"), "read 0123456789abcdef\n");
    return Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        hazelcast:
          members: ["127.0.0.1:%d"]
        services:
          - name: orders
            uris: ["/orders/*"]
            endpoints:
              - {name: eu-a, region: eu, host: 127.0.0.1, port: 1,
                 database: {host: 127.0.0.1, port: 1, name: o, user: o, applicationRole: a}}
        policies:
          - service: orders
            k: 0
        daemon:
          listen: "127.0.0.1:%d"
          tokenFile: %s
          stateFolder: %s
        """
            .formatted(hazelcast, api, tokens, folder.resolve("state")));
  }
}
