package io.understudy.risk.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.model.config.InvalidConfigException;
import io.understudy.risk.source.MetricNames;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class RiskConfigTest {
  static final String TOPOLOGY =
      """
      hazelcast: {members: ["127.0.0.1:5701"]}
      services:
        - name: orders
          uris: ["/orders"]
          endpoints:
            - {name: eu-a, region: eu, host: 127.0.0.1, port: 8081,
               database: {host: 127.0.0.1, name: orders, user: postgres, applicationRole: app}}
      """;

  @Test
  void everythingHasADefault() {
    RiskConfig config = read(TOPOLOGY);
    assertThat(config.listen()).isEqualTo(new RiskConfig.Address("127.0.0.1", 9280));
    assertThat(config.sampleInterval()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.patience()).isEqualTo(Duration.ofMillis(800));
    assertThat(config.warmUp()).isEqualTo(Duration.ofSeconds(15));
    assertThat(config.model()).isEmpty();
    assertThat(config.explainLevel()).isEqualTo(0.3);
    assertThat(config.metrics()).isEqualTo(MetricNames.DEFAULT);
  }

  @Test
  void everyKeyIsRead() {
    RiskConfig config =
        read(
            TOPOLOGY
                + """
                risk:
                  listen: "0.0.0.0:1"
                  sampleInterval: 250ms
                  patience: 200ms
                  warmUp: 1m
                  model: /var/lib/model
                  explainLevel: 0.5
                  metrics: {latency: my_seconds}
                """);
    assertThat(config.listen()).isEqualTo(new RiskConfig.Address("0.0.0.0", 1));
    assertThat(config.sampleInterval()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.patience()).isEqualTo(Duration.ofMillis(200));
    assertThat(config.warmUp()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.model()).contains("/var/lib/model");
    assertThat(config.explainLevel()).isEqualTo(0.5);
    assertThat(config.metrics().latency()).isEqualTo("my_seconds");
  }

  @Test
  void allMistakesAreReportedTogetherWithLineAndKey() {
    assertThatThrownBy(() ->
            read(
                TOPOLOGY
                    + """
                    risk:
                      listen: nowhere
                      sampleInterval: soon
                      patience: 5s
                      explainLevel: 2
                      modle: x
                      metrics: {latencies: y}
                    """))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessage(
            """
            understudy.yaml:9: risk.listen: 'nowhere' is not host:port, for example 127.0.0.1:9280
            understudy.yaml:10: risk.sampleInterval: 'soon' is not a duration such as 250ms, 3s, 2m or 1h
            understudy.yaml:11: risk.patience: must be above 0 and below sampleInterval, or answers pile up
            understudy.yaml:12: risk.explainLevel: '2' is not a number in 0.0..1.0
            understudy.yaml:13: risk.modle: unknown key; known here: sampleInterval, patience, listen, warmUp, model, explainLevel, metrics
            understudy.yaml:14: risk.metrics.latencies: unknown key; known here: latency, outcomeLabel, errorOutcome, cpu, heapLive, heapMax, collector, connectionsActive, connectionsMax, inflight\
            """);
  }

  @Test
  void textThatIsNoYamlIsReportedWithItsLine() {
    assertThatThrownBy(() -> read("a: 1\nb: [\nc"))
        .isInstanceOf(InvalidConfigException.class)
        .hasMessageStartingWith("understudy.yaml:")
        .hasMessageContaining("not YAML");
  }

  @Test
  void keyThatIsThereTwiceIsReported() {
    assertThatThrownBy(() -> read("a: 1\na: 2\n")).hasMessageContaining("understudy.yaml:2");
  }

  @Test
  void aliasesCannotMultiply() {
    assertThatThrownBy(() -> read("a: &a [x, x]\nb: [*a, *a]\n"))
        .hasMessageContaining("understudy.yaml:1")
        .hasMessageContaining("no aliases");
  }

  private static RiskConfig read(String text) {
    return RiskConfig.read("understudy.yaml", YamlFile.parse("understudy.yaml", text));
  }
}
