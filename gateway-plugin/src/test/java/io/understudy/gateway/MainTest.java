package io.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.gateway.cache.Member;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process, without Spring on its class path. */
@Timeout(120)
class MainTest {
  @TempDir Path folder;

  @Test
  void servesMetricsSaysReadyAndLeavesNothingBehind() throws Exception {
    int port = freePort();
    try (Member member = Member.start()) {
      Process host =
          start(
              Map.of(
                  "UNDERSTUDY_HAZELCAST",
                  member.address(),
                  "UNDERSTUDY_METRICS",
                  "127.0.0.1:" + port));
      try (BufferedReader out = host.inputReader(StandardCharsets.UTF_8)) {
        assertThat(out.readLine()).isEqualTo("ready unix:" + folder.resolve("runner.sock"));
        assertThat(metrics(port)).contains("understudy_connections 0.0", "jvm_memory");

        host.destroy();
        assertThat(host.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(folder.resolve("runner.sock")).doesNotExist();
      } finally {
        host.destroyForcibly();
      }
    }
  }

  @Test
  void wrongEnvironmentIsReportedAsAWholeWithStatus2() throws Exception {
    Process host = start(Map.of("UNDERSTUDY_SOCKET_MODE", "0777"));
    assertRefused(host, "UNDERSTUDY_SOCKET_MODE: '0777'", "UNDERSTUDY_HAZELCAST: missing");
  }

  @Test
  void metricsPortInUseIsReportedWithStatus2() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();
      Process host =
          start(Map.of("UNDERSTUDY_HAZELCAST", "127.0.0.1:1", "UNDERSTUDY_METRICS", address));
      assertRefused(host, "UNDERSTUDY_METRICS " + address, "in use", "choose another port");
    }
  }

  @Test
  void socketInUseIsReportedWithStatus2() throws Exception {
    Map<String, String> variables = Map.of("UNDERSTUDY_HAZELCAST", "127.0.0.1:1");
    Process first = start(variables);
    try (BufferedReader out = first.inputReader(StandardCharsets.UTF_8)) {
      assertThat(out.readLine()).startsWith("ready ");
      assertRefused(start(variables), "runner.sock: in use", "choose another path");
    } finally {
      first.destroyForcibly();
    }
  }

  private static void assertRefused(Process host, String... parts) throws Exception {
    String said = new String(host.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(host.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(said).contains(parts);
    assertThat(host.exitValue()).isEqualTo(2);
  }

  private static String metrics(int port) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private Process start(Map<String, String> variables) throws IOException {
    String classPath =
        Arrays.stream(System.getProperty("java.class.path").split(java.io.File.pathSeparator, -1))
            .filter(entry -> !entry.contains("spring"))
            .collect(Collectors.joining(java.io.File.pathSeparator));
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                classPath,
                Main.class.getName()));
    builder.environment().putAll(variables);
    builder.environment().put("APISIX_LISTEN_ADDRESS", "unix:" + folder.resolve("runner.sock"));
    return builder.start();
  }
}
