package io.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.gateway.host.HostSettings;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.InvalidConfigException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class EnvironmentTest {
  private static final Map<String, String> LEAST =
      Map.of(
          "APISIX_LISTEN_ADDRESS", "unix:/run/us/runner.sock",
          "UNDERSTUDY_HAZELCAST", "127.0.0.1:5701");

  @Test
  void defaults() {
    Environment environment = Environment.read(LEAST);

    assertThat(environment.settings())
        .isEqualTo(
            new HostSettings(
                Path.of("/run/us/runner.sock"),
                PosixFilePermissions.fromString("rw-------"),
                1 << 20,
                Duration.ofSeconds(5),
                1024,
                4096,
                Duration.ofHours(1)));
    assertThat(environment.members()).containsExactly(new HostPort("127.0.0.1", 5701));
    assertThat(environment.metrics()).isNull();
  }

  @Test
  void everyVariable() {
    Environment environment =
        Environment.read(
            Map.of(
                "APISIX_LISTEN_ADDRESS", "unix:/run/us/runner.sock",
                "APISIX_CONF_EXPIRE_TIME", "4320",
                "UNDERSTUDY_HAZELCAST", "a:1, [::1]:2",
                "UNDERSTUDY_METRICS", "127.0.0.1:9281",
                "UNDERSTUDY_SOCKET_MODE", "0660",
                "UNDERSTUDY_FRAME_BYTES_MAX", "16777215"));

    assertThat(environment.settings().confExpiry()).isEqualTo(Duration.ofMinutes(72));
    assertThat(environment.settings().mode())
        .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
    assertThat(environment.settings().frameBytesMax()).isEqualTo(16_777_215);
    assertThat(environment.members())
        .isEqualTo(List.of(new HostPort("a", 1), new HostPort("[::1]", 2)));
    assertThat(environment.metrics()).isEqualTo(new HostPort("127.0.0.1", 9281));
  }

  @Test
  void allMistakesAreReportedTogether() {
    assertThatThrownBy(() ->
            Environment.read(
                Map.of(
                    "APISIX_LISTEN_ADDRESS", "tcp://x",
                    "APISIX_CONF_EXPIRE_TIME", "-1",
                    "UNDERSTUDY_HAZELCAST", "a:1,b",
                    "UNDERSTUDY_METRICS", "127.0.0.1:70000",
                    "UNDERSTUDY_SOCKET_MODE", "0777",
                    "UNDERSTUDY_FRAME_BYTES_MAX", "16777216")))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("APISIX_LISTEN_ADDRESS: 'tcp://x' is not of the form unix:/path")
        .hasMessageContaining("APISIX_CONF_EXPIRE_TIME: '-1' is not a whole number in 1..31536000")
        .hasMessageContaining("UNDERSTUDY_HAZELCAST: 'b' is not of the form host:port")
        .hasMessageContaining("UNDERSTUDY_METRICS: port 70000")
        .hasMessageContaining("UNDERSTUDY_SOCKET_MODE: '0777' is neither 0600 nor 0660")
        .hasMessageContaining("UNDERSTUDY_FRAME_BYTES_MAX: '16777216' is not a whole number in");
  }

  @Test
  void whatIsMissingIsNamedWithAnExample() {
    assertThatThrownBy(() -> Environment.read(Map.of()))
        .hasMessageContaining("APISIX_LISTEN_ADDRESS: missing; set it, for example unix:/run/")
        .hasMessageContaining("UNDERSTUDY_HAZELCAST: missing; set it, for example 127.0.0.1:5701");
  }

  @Test
  void pathTooLongForASocketIsRefused() {
    assertThatThrownBy(() ->
            Environment.read(
                Map.of(
                    "APISIX_LISTEN_ADDRESS",
                    "unix:/" + "x".repeat(103),
                    "UNDERSTUDY_HAZELCAST",
                    "a:1")))
        .hasMessageContaining("path of 104 bytes is longer than 103");
  }
}
