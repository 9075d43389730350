package io.understudy.testbed.conf;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.config.ConfigFile;
import io.understudy.daemon.config.DaemonConfig;
import io.understudy.daemon.config.ServicePolicy;
import io.understudy.daemon.lifecycle.ShadowSelection;
import io.understudy.daemon.lifecycle.ShadowSelection.Candidate;
import io.understudy.daemon.route.GatewayIntent;
import io.understudy.daemon.route.GatewayObject;
import io.understudy.daemon.route.RouteCompiler;
import io.understudy.daemon.shift.ShiftPolicy.Stage;
import io.understudy.model.Cohort;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import io.understudy.model.config.Topology;
import io.understudy.testbed.gateway.config.ObjectStore;
import io.understudy.testbed.gateway.config.ObjectStore.Kind;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples in {@code gateway-conf/apisix} are what the daemon writes for {@code
 * docker/understudy.yaml}. Where they differ, the new ones are in {@code testbed/target/apisix}:
 * look at them, then copy them.
 */
class GatewayObjectsTest {
  private static final Path EXAMPLES = Project.file("gateway-conf/apisix");
  private static final Path WRITTEN = Project.file("testbed/target/apisix");
  private static final List<String> KINDS = List.of("upstreams", "routes");

  /** The daemon draws another one at each start. */
  private static final String DECISION_HEADER = "x-us-0123456789abcdef01234567";

  private final DaemonConfig config;
  private final ServicePolicy policy;
  private final Topology.Service service;

  GatewayObjectsTest(@TempDir Path folder) throws IOException, InterruptedException {
    config = ConfigFile.read(Project.understudyYaml(folder));
    policy = config.policies().getFirst();
    service = config.topology().services().getFirst();
  }

  @Test
  void calmExamplesAreWhatTheDaemonWrites() throws IOException {
    Optional<String> shadow = shadow();
    List<Cohort> nobody = cohorts(false);
    assertWritten("calm", new GatewayIntent(service, plan(shadow, nobody), shadow, false));
  }

  @Test
  void armedExamplesAreWhatTheDaemonWrites() throws IOException {
    Optional<String> shadow = shadow();
    List<Cohort> firstStep = cohorts(true);
    assertWritten("armed", new GatewayIntent(service, plan(shadow, firstStep), shadow, true));
  }

  @Test
  void embeddedGatewayUnderstandsEveryExample() throws IOException {
    ObjectStore store = new ObjectStore();
    for (String tier : List.of("user", "calm", "armed")) {
      for (String kind : KINDS) {
        for (Map.Entry<String, JsonObject> object : examples(tier, kind).entrySet()) {
          Kind known = kind.equals("routes") ? Kind.ROUTES : Kind.UPSTREAMS;
          store.put(known, object.getKey(), object.getValue().getMap());
        }
      }
    }
    assertThat(store.configuration().upstreams()).containsKeys("orders", "us.orders.eu-a-first");
  }

  @Test
  void usersRouteHasThePathsOfTheServiceAndLessPriority() throws IOException {
    JsonObject route = requireNonNull(examples("user", "routes").get(service.name()));
    assertThat(route.getJsonArray("uris").stream().map(String::valueOf))
        .containsExactlyElementsOf(service.uris());
    assertThat(route.getInteger("priority", 0)).isLessThan(10);
    assertThat(examples("user", "upstreams")).containsKey(route.getString("upstream_id"));
  }

  private void assertWritten(String tier, GatewayIntent intent) throws IOException {
    Map<String, JsonObject> expected = new TreeMap<>();
    for (GatewayObject object : RouteCompiler.compile(intent)) {
      expected.put(object.kind() + "/" + object.id(), object.value());
      Path file = WRITTEN.resolve(tier + "/" + object.kind() + "/" + object.id() + ".json");
      Files.createDirectories(file.getParent());
      Files.writeString(file, object.value().encodePrettily() + "\n");
    }
    Map<String, JsonObject> found = new TreeMap<>();
    for (String kind : KINDS) {
      examples(tier, kind).forEach((id, value) -> found.put(kind + "/" + id, value));
    }
    assertThat(found).isEqualTo(expected);
  }

  private static Map<String, JsonObject> examples(String tier, String kind) throws IOException {
    Map<String, JsonObject> objects = new TreeMap<>();
    try (Stream<Path> files = Files.list(EXAMPLES.resolve(tier).resolve(kind))) {
      for (Path file : files.toList()) {
        String id = file.getFileName().toString().replaceFirst("\\.json$", "");
        objects.put(id, new JsonObject(Files.readString(file)));
      }
    }
    return objects;
  }

  /** Whom the daemon chooses when every shadow is in sync. */
  private Optional<String> shadow() {
    Topology.Endpoint primary = service.endpoints().getFirst();
    List<Candidate> shadows =
        service.endpoints().stream()
            .skip(1)
            .map(endpoint -> new Candidate(endpoint.name(), endpoint.region(), true))
            .toList();
    return new ShadowSelection(policy.regions())
        .choose(shadows, primary.region(), Optional.empty());
  }

  /** Every cohort at its first step, or at none. */
  private List<Cohort> cohorts(boolean shifted) {
    return policy.shift().stages().stream()
        .map((Stage stage) ->
            stage.cohort().withShare(shifted ? stage.steps().getFirst() : Share.NONE))
        .toList();
  }

  private ShiftPlan plan(Optional<String> shadow, List<Cohort> cohorts) {
    return new ShiftPlan(
        service.name(),
        1,
        1,
        0,
        service.endpoints().getFirst().name(),
        shadow.orElse(null),
        DECISION_HEADER,
        policy.cookie(),
        policy.identity(),
        policy.shift().ramp(),
        policy.planAgeMax().toMillis(),
        cohorts);
  }
}
