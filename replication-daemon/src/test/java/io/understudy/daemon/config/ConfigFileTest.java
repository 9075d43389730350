package io.understudy.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.model.config.HostPort;
import io.understudy.model.config.InvalidConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
  private static final String VALID =
      """
      hazelcast:
        members: ["127.0.0.1:5701"]
      services:
        - name: orders
          uris: ["/orders", "/orders/*"]
          endpoints:
            - {name: eu-a, region: eu-west, host: 127.0.0.1, port: 8081,
               database: {host: 127.0.0.1, name: orders, user: postgres, applicationRole: app}}
            - {name: eu-b, region: eu-north, host: 127.0.0.1, port: 8082,
               database: {host: 127.0.0.1, name: orders, user: postgres, applicationRole: app}}
      policies:
        - service: orders
          k: 1
          promoteAfter: 2s
          cohorts:
            - {name: staff, group: staff, steps: [5000, 10000]}
      daemon:
        listen: "127.0.0.1:9380"
        tokenFile: TOKENS
        stateFolder: state
      """;

  @TempDir Path folder;
  private Path tokens = Path.of("");

  @BeforeEach
  void writeTokens() throws IOException {
    tokens = Files.writeString(folder.resolve("tokens"), "read 0123456789abcdef\n");
  }

  @Test
  void defaultsStandInForWhatIsNotSaid() throws IOException {
    DaemonConfig config = read(VALID);
    ServicePolicy policy = config.policies().getFirst();
    assertThat(config.listen()).isEqualTo(new HostPort("127.0.0.1", 9380));
    assertThat(config.gateway()).isEmpty();
    assertThat(config.topology().services().getFirst().endpoints().getFirst().database().port())
        .isEqualTo(5432);
    assertThat(policy.k()).isEqualTo(1);
    assertThat(policy.capture()).isEqualTo(CaptureKind.DEBEZIUM);
    assertThat(policy.promoteAfter()).isEqualTo(Duration.ofSeconds(2));
    assertThat(policy.staleReadsMax()).isEqualTo(Duration.ofSeconds(10));
    assertThat(policy.cookie()).isEqualTo("us_b");
    assertThat(policy.shift().threshold()).isEqualTo(0.5);
    assertThat(policy.shift().stages().getFirst().cohort().group()).isEqualTo("staff");
  }

  @Test
  void theCaptureIsChosenByName() throws IOException {
    String chosen = VALID.replace("k: 1", "k: 1\n    capture: pgoutput");
    assertThat(read(chosen).policies().getFirst().capture()).isEqualTo(CaptureKind.PGOUTPUT);
  }

  @Test
  void aDebeziumServerNeedsAReceiver() throws IOException {
    String capture = "k: 1\n    capture: debezium-server";
    String receiver =
        capture
            + "\n    receiver: {listen: \"127.0.0.1:9490\", secretFile: TOKENS,"
            + " placeholder: unchanged, stateFolder: received}";
    ServicePolicy policy = read(VALID.replace("k: 1", receiver)).policies().getFirst();
    assertThat(policy.capture()).isEqualTo(CaptureKind.DEBEZIUM_SERVER);
    assertThat(policy.receiver().orElseThrow().listen()).isEqualTo(new HostPort("127.0.0.1", 9490));
    assertThatThrownBy(() -> read(VALID.replace("k: 1", capture)))
        .hasMessageContaining("policies[0].receiver.listen: missing")
        .hasMessageContaining("policies[0].receiver.placeholder: missing");
  }

  @Test
  void everyMistakeIsReportedAtOnceWithLineAndKey() {
    String wrong =
        VALID
            .replace("127.0.0.1:5701", "localhost")
            .replace("port: 8081", "port: 80810")
            .replace("name: eu-b", "name: eu-a")
            .replace("k: 1", "k: 3")
            .replace("promoteAfter: 2s", "promoteAfter: soon\n    capture: kafka")
            .replace("[5000, 10000]", "[5000, 4000]")
            .replace("listen: \"127.0.0.1:9380\"", "listn: \"127.0.0.1:9380\"")
            .replace("tokenFile: TOKENS", "tokenFile: /nowhere");
    assertThatThrownBy(() -> read(wrong))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining(":2: hazelcast.members: 'localhost' is not of the form host:port")
        .hasMessageContaining(
            ":7: services[0].endpoints[0].port: '80810' is not a whole number in 1..65535")
        .hasMessageContaining(":9: services[0].endpoints[1].name: endpoint 'eu-a' is there twice")
        .hasMessageContaining(":13: policies[0].k: '3' is not a whole number in 0..1")
        .hasMessageContaining(":14: policies[0].promoteAfter: 'soon' is not a duration")
        .hasMessageContaining(
            ":15: policies[0].capture: 'kafka' is not one of debezium,"
                + " debezium-server, pgoutput")
        .hasMessageContaining(
            ":17: policies[0].cohorts[0].steps: steps of cohort staff do not grow: 4000")
        .hasMessageContaining(":19: daemon.listn: unknown key")
        .hasMessageContaining(":19: daemon.listen: missing")
        .hasMessageContaining(":20: daemon.tokenFile: file /nowhere cannot be read");
  }

  @Test
  void serviceWithoutAPolicyIsNamed() {
    assertThatThrownBy(() -> read(VALID.replace("service: orders", "service: carts")))
        .hasMessageContaining("policies[0].service: there is no service 'carts' under services")
        .hasMessageContaining("policies: service 'orders' has no policy");
  }

  @Test
  void textThatIsNotYamlNamesTheLine() {
    assertThatThrownBy(() -> read("hazelcast:\n  members: [\n"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageContaining("not YAML");
    assertThatThrownBy(() -> read("")).hasMessageContaining("services: at least one service");
    assertThatThrownBy(() -> read(VALID + "daemon: {}\n")).hasMessageContaining("daemon");
  }

  private DaemonConfig read(String text) throws IOException {
    Path file = folder.resolve("understudy.yaml");
    Files.writeString(file, text.replace("TOKENS", tokens.toString()));
    return ConfigFile.read(file);
  }
}
