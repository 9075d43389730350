package io.understudy.risk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real process. */
final class MainTest {
  private static final String TOPOLOGY =
      """
      hazelcast: {members: ["127.0.0.1:1"]}
      services:
        - name: orders
          uris: ["/orders"]
          endpoints:
            - {name: eu-a, region: eu, host: 127.0.0.1, port: 1,
               database: {host: 127.0.0.1, name: orders, user: postgres, applicationRole: app}}
      """;

  @TempDir Path folder;

  /** How a process ended. */
  private record Ended(int status, String err) {}

  @Test
  void portInUseEndsWithStatusTwoAndTheRemedy() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Ended ended = run(config("risk: {listen: \"127.0.0.1:" + taken.getLocalPort() + "\"}"));
      assertThat(ended.status()).isEqualTo(2);
      assertThat(ended.err())
          .contains("risk.listen: cannot listen on 127.0.0.1:" + taken.getLocalPort())
          .contains("choose another port in");
    }
  }

  @Test
  void mistakesInTheFileEndWithStatusTwo() throws Exception {
    Ended ended = run(config("risk: {sampleInterval: soon, listen: x}"));
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err())
        .contains("understudy.yaml:8: risk.sampleInterval: 'soon' is not a duration")
        .contains("understudy.yaml:8: risk.listen: 'x' is not host:port");
  }

  @Test
  void missingModelEndsWithStatusTwo() throws Exception {
    Ended ended = run(config("risk: {listen: \"127.0.0.1:0\", model: " + folder + "/none}"));
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("cannot read model file model.json").contains("risk train");
  }

  @Test
  void wrongCommandLineShowsTheRightOne() throws Exception {
    Ended ended = run("--help");
    assertThat(ended.status()).isEqualTo(2);
    assertThat(ended.err()).contains("usage: risk CONFIG.yaml");
  }

  @Test
  void serviceSaysReadyAndLeavesCleanlyOnTerminate() throws Exception {
    Process process = start(config("risk: {listen: \"127.0.0.1:0\"}"));
    try (var out = process.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine())
          .startsWith("ready http://127.0.0.1:")
          .contains(" model=simulated-");
      process.destroy();
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(143); // 128 + SIGTERM, as the JVM ends on it
    } finally {
      process.destroyForcibly();
    }
  }

  private String config(String risk) throws IOException {
    Path file = folder.resolve("understudy.yaml");
    Files.writeString(file, TOPOLOGY + risk + "\n");
    return file.toString();
  }

  private Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add("io.understudy.risk.Main");
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.redirectError(folder.resolve("err").toFile());
    return builder.start();
  }

  private Ended run(String... arguments) throws Exception {
    Process process = start(arguments);
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    return new Ended(process.exitValue(), Files.readString(folder.resolve("err")));
  }
}
