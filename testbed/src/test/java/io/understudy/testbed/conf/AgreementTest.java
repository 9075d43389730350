package io.understudy.testbed.conf;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.api.Tokens;
import io.understudy.daemon.config.ConfigFile;
import io.understudy.daemon.config.DaemonConfig;
import io.understudy.model.config.Topology;
import io.understudy.risk.config.RiskConfig;
import io.understudy.risk.config.YamlFile;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files name the same hosts, ports, paths and addresses, as the real programs read them. */
class AgreementTest {
  private static final Yaml COMPOSE = Yaml.read("docker/compose.yaml");
  private static final Yaml APISIX = Yaml.read("gateway-conf/apisix/config.yaml");
  private static final Yaml PROMETHEUS = Yaml.read("gateway-conf/prometheus/prometheus.yml");

  private final DaemonConfig daemon;
  private final RiskConfig risk;

  AgreementTest(@TempDir Path folder) throws IOException, InterruptedException {
    Path file = Project.understudyYaml(folder);
    daemon = ConfigFile.read(file);
    risk = RiskConfig.read(file.toString(), YamlFile.read(file));
  }

  @BeforeEach
  void theProgramsReadTheSameTopology() {
    assertThat(risk.topology()).isEqualTo(daemon.topology());
  }

  @Test
  void everyEndpointIsAnApplicationBesideItsDatabase() {
    for (Topology.Service service : daemon.topology().services()) {
      for (Topology.Endpoint endpoint : service.endpoints()) {
        Map<String, String> options = options(endpoint.host());
        assertThat(options)
            .containsEntry("--service", service.name())
            .containsEntry("--endpoint", endpoint.name())
            .containsEntry("--listen", "0.0.0.0:" + endpoint.port())
            .containsEntry("--database", endpoint.database().jdbcUrl())
            .containsEntry("--user", endpoint.database().applicationRole())
            .containsEntry("--daemon", "http://replication-daemon:" + daemon.listen().port());
        Yaml database = service(endpoint.database().host());
        assertThat(database.at("environment", "POSTGRES_DB").text())
            .isEqualTo(endpoint.database().name());
        assertThat(database.at("command").names()).contains("wal_level=logical");
        assertThat(endpoint.database().port()).isEqualTo(5432);
        assertThat(health(endpoint.host())).contains("127.0.0.1:" + endpoint.port() + "/healthz");
      }
    }
  }

  @Test
  void applicationsTurnReadsAwayWhenThePolicySaysSo() {
    daemon
        .topology()
        .services()
        .getFirst()
        .endpoints()
        .forEach(endpoint ->
            assertThat(options(endpoint.host()))
                .containsEntry(
                    "--stale-reads-max",
                    daemon.policies().getFirst().staleReadsMax().toSeconds() + "s"));
  }

  @Test
  void databasesHaveTheRolesThatTheDaemonExpects() {
    String sql = Project.text("docker/postgres/10-orders.sql");
    for (Topology.Endpoint endpoint : daemon.topology().services().getFirst().endpoints()) {
      assertThat(sql)
          .contains("CREATE ROLE " + endpoint.database().user() + " LOGIN REPLICATION")
          .contains("CREATE ROLE " + endpoint.database().applicationRole() + " LOGIN;")
          .contains("ALTER DATABASE " + endpoint.database().name() + " OWNER");
    }
  }

  @Test
  void gatewayListensWhereTheOthersLookForIt() {
    DaemonConfig.Gateway gateway = daemon.gateway().orElseThrow();
    URI admin = gateway.adminUrl();
    assertThat(COMPOSE.at("services").keys()).contains(admin.getHost());
    assertThat(APISIX.at("deployment", "admin", "admin_listen", "port").text())
        .isEqualTo("" + admin.getPort());
    assertThat(service("gateway-setup").at("command").names()).contains(admin.toString());
    assertThat(service("apisix").at("ports").names())
        .containsExactly(
            "127.0.0.1:9080:"
                + APISIX.at("apisix", "node_listen").items().getFirst().at("port").text());
    assertThat(APISIX.at("deployment", "etcd", "host").names()).containsExactly("http://etcd:2379");
    assertThat(service("etcd").at("command").names())
        .contains("--listen-client-urls=http://0.0.0.0:2379");
    assertThat(APISIX.at("deployment", "admin", "allow_admin").names())
        .contains(
            COMPOSE
                .at("networks", "understudy", "ipam", "config")
                .items()
                .getFirst()
                .at("subnet")
                .text());
  }

  @Test
  void gatewayIsGivenEveryVariableThatItsConfigurationNames() {
    String started = service("apisix").at("command").items().getFirst().text();
    List<String> variables =
        Project.matches(Project.text("gateway-conf/apisix/config.yaml"), "\\$\\{\\{([A-Z_]+)");
    assertThat(variables).containsExactly("APISIX_ADMIN_KEY");
    assertThat(started)
        .startsWith("APISIX_ADMIN_KEY=")
        .contains("/run/secrets/" + daemon.gateway().orElseThrow().keyFile().getFileName());
  }

  @Test
  void gatewayAndPluginHostShareTheSocket() {
    String socket = APISIX.at("ext-plugin", "path_for_test").text();
    Yaml host = service("gateway-plugin");
    assertThat(host.at("environment", "APISIX_LISTEN_ADDRESS").text()).isEqualTo("unix:" + socket);
    String mount = "runner-socket:" + Path.of(socket).getParent();
    assertThat(host.at("volumes").names()).contains(mount);
    assertThat(service("apisix").at("volumes").names()).contains(mount);
    assertThat(Project.text("docker/Dockerfile"))
        .contains("mkdir --mode=0700 " + Path.of(socket).getParent() + " ");
  }

  @Test
  void membersAreWhereTheDaemonIs() {
    String member = daemon.topology().hazelcastMembers().getFirst();
    assertThat(member)
        .startsWith(
            service("replication-daemon").at("networks", "understudy", "ipv4_address").text()
                + ":");
    assertThat(service("gateway-plugin").at("environment", "UNDERSTUDY_HAZELCAST").text())
        .isEqualTo(member);
  }

  @Test
  void everyProcessIsScraped() {
    Map<String, Set<String>> targets = new HashMap<>();
    for (Yaml job : PROMETHEUS.at("scrape_configs").items()) {
      job.at("static_configs")
          .items()
          .forEach(group ->
              targets
                  .computeIfAbsent(job.at("job_name").text(), name -> new TreeSet<>())
                  .addAll(group.at("targets").names()));
    }
    Set<String> endpoints = new TreeSet<>();
    daemon
        .topology()
        .services()
        .getFirst()
        .endpoints()
        .forEach(e -> endpoints.add(e.host() + ":" + e.port()));
    String metrics = service("gateway-plugin").at("environment", "UNDERSTUDY_METRICS").text();
    assertThat(targets)
        .containsEntry("orders", endpoints)
        .containsEntry("understudy-daemon", Set.of("replication-daemon:" + daemon.listen().port()))
        .containsEntry("understudy-risk", Set.of("risk-service:" + risk.listen().port()))
        .containsEntry("understudy-gateway", Set.of(metrics.replace("0.0.0.0", "gateway-plugin")))
        .containsEntry(
            "apisix",
            Set.of(
                "apisix:" + APISIX.at("plugin_attr", "prometheus", "export_addr", "port").text()));
  }

  @Test
  void scrapedEndpointsCarryTheNamesOfTheTopology() {
    for (Yaml job : PROMETHEUS.at("scrape_configs").items()) {
      for (Yaml group : job.at("static_configs").items()) {
        if (group.at("labels").isPresent()) {
          Topology.Endpoint endpoint =
              daemon
                  .topology()
                  .services()
                  .getFirst()
                  .endpoint(group.at("labels", "endpoint").text())
                  .orElseThrow();
          assertThat(group.at("targets").names())
              .containsExactly(endpoint.host() + ":" + endpoint.port());
          assertThat(group.at("labels", "region").text()).isEqualTo(endpoint.region());
        }
      }
    }
  }

  @Test
  void healthIsAskedWhereTheProcessListens() {
    assertThat(health("replication-daemon")).contains(":" + daemon.listen().port() + "/healthz");
    assertThat(health("risk-service")).contains(":" + risk.listen().port() + "/healthz");
    assertThat(health("gateway-plugin")).contains(":9290/metrics");
    assertThat(health("apisix"))
        .contains("/" + daemon.gateway().orElseThrow().adminUrl().getPort());
  }

  @Test
  void stateOutlivesTheDaemonsContainer() {
    assertThat(service("replication-daemon").at("volumes").names())
        .contains("daemon-state:/var/lib/understudy");
    assertThat(Project.text("docker/understudy.yaml"))
        .contains("stateFolder: /var/lib/understudy/");
  }

  @Test
  void tokensOfTheScriptAreTokensForTheDaemon() {
    Tokens.read(daemon.tokenFile());
  }

  private static Yaml service(String name) {
    Yaml service = COMPOSE.at("services", name);
    assertThat(service.isPresent()).as("service %s", name).isTrue();
    return service;
  }

  private static String health(String name) {
    return String.valueOf(service(name).at("healthcheck", "test").value());
  }

  private static Map<String, String> options(String name) {
    List<String> command = service(name).at("command").names();
    Map<String, String> options = new HashMap<>();
    for (int i = 1; i + 1 < command.size(); i += 2) {
      options.put(command.get(i), command.get(i + 1));
    }
    return options;
  }
}
