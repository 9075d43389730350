package io.understudy.testbed.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.prometheus.client.Collector;
import io.prometheus.client.CollectorRegistry;
import io.understudy.gateway.metrics.GatewayMetrics;
import io.understudy.risk.publish.Instruments;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Scrape configuration and alert rules, judged by Prometheus' own tool. */
class PrometheusTest {
  private static final Path FOLDER = Project.file("gateway-conf/prometheus");

  @Test
  void scrapeConfigurationIsValid() throws IOException, InterruptedException {
    promtool("check", "config", "prometheus.yml");
  }

  @Test
  void alertsFireWhenTheyShouldAndOnlyThen() throws IOException, InterruptedException {
    promtool("check", "rules", "understudy.rules.yml");
    promtool("test", "rules", "understudy.rules.test.yml");
  }

  @Test
  void everyAlertHasATestAndSaysWhatToDo() throws IOException {
    Yaml rules = Yaml.parse(Files.readString(FOLDER.resolve("understudy.rules.yml")));
    String tests = Files.readString(FOLDER.resolve("understudy.rules.test.yml"));
    for (Yaml rule : rules.at("groups").items().getFirst().at("rules").items()) {
      String alert = rule.at("alert").text();
      assertThat(rule.at("annotations").keys())
          .as(alert)
          .containsExactlyInAnyOrder("summary", "description", "runbook");
      assertThat(tests.lines())
          .as("%s fires", alert)
          .anyMatch(line -> line.strip().equals("alertname: " + alert));
    }
  }

  @Test
  void alertsUseMetricsThatTheProgramsServe() throws IOException, InterruptedException {
    TreeSet<String> served = new TreeSet<>(RunningAdminApi.metricNames());
    served.addAll(names(new Instruments().registry()));
    CollectorRegistry gateway = new CollectorRegistry();
    new GatewayMetrics(gateway);
    served.addAll(names(gateway));
    String rules = Files.readString(FOLDER.resolve("understudy.rules.yml"));
    List<String> used =
        rules
            .lines()
            .filter(line -> !line.strip().startsWith("- name:"))
            .flatMap(line -> Project.matches(line, "\\b(understudy_[a-z_]+)").stream())
            .toList();
    assertThat(used).hasSizeGreaterThan(6).allMatch(served::contains);
  }

  private static List<String> names(CollectorRegistry registry) {
    return Collections.list(registry.metricFamilySamples()).stream()
        .map((Collector.MetricFamilySamples family) -> family.name)
        .toList();
  }

  private static void promtool(String... arguments) throws IOException, InterruptedException {
    Path tool =
        Stream.of("/usr/bin/promtool", "/usr/local/bin/promtool", "/opt/homebrew/bin/promtool")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst()
            .orElse(null);
    assumeTrue(tool != null, HOW_TO_GET);
    List<String> command =
        Stream.concat(Stream.of(String.valueOf(tool)), Stream.of(arguments)).toList();
    Project.Ended ended = Project.run(new ProcessBuilder(command).directory(FOLDER.toFile()));
    assertThat(ended.status()).as(ended.output()).isZero();
  }

  private static final String HOW_TO_GET =
      "promtool is not installed; testbed/install-packages gets it where it can";
}
