package io.understudy.daemon.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.Cohort;
import io.understudy.model.Ramp;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import io.understudy.model.ShiftPlan.Identity;
import io.understudy.model.config.Topology;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouteCompilerTest {
  private static final Cohort BETA = new Cohort("beta", "beta", null, null, null, new Share(5_000));
  private static final Cohort REST = new Cohort("rest", null, null, null, null, new Share(2_500));

  @Test
  void calmRoutesCarryNoPlugin() {
    List<GatewayObject> objects = RouteCompiler.compile(intent(false, Optional.of("eu-b")));
    assertThat(objects).allMatch(object -> !object.value().containsKey("plugins"));
    assertThat(value(objects, "us.orders.reads").getString("upstream_id"))
        .isEqualTo("us.orders.eu-a-first");
    assertThat(priorities(objects, "us.orders.eu-a-first")).isEqualTo(Map.of(8081, 0, 8082, -1));
  }

  @Test
  void writesNeverHaveABackup() {
    for (boolean armed : new boolean[] {true, false}) {
      List<GatewayObject> objects = RouteCompiler.compile(intent(armed, Optional.of("eu-b")));
      assertThat(value(objects, "us.orders.writes").getString("upstream_id"))
          .isEqualTo("us.orders.eu-a-only");
      assertThat(priorities(objects, "us.orders.eu-a-only")).isEqualTo(Map.of(8081, 0));
    }
  }

  @Test
  void shadowThatIsNotListedGetsNothing() {
    List<GatewayObject> objects = RouteCompiler.compile(intent(true, Optional.empty()));
    assertThat(priorities(objects, "us.orders.eu-a-first")).isEqualTo(Map.of(8081, 0));
    assertThat(value(objects, "us.orders.reads").containsKey("plugins")).isFalse();
  }

  @Test
  void upstreamsComeBeforeTheRoutesThatUseThem() {
    List<String> seen = new ArrayList<>();
    for (GatewayObject object : RouteCompiler.compile(intent(true, Optional.of("eu-b")))) {
      if (object.kind().equals("upstreams")) {
        seen.add(object.id());
      } else {
        assertThat(seen).contains(object.value().getString("upstream_id"));
      }
    }
    assertThat(seen).contains("us.orders.eu-b-first");
  }

  @Test
  void armedReadsSplitByCookieAndAskThePluginOnlyForUnsettledClients() {
    List<GatewayObject> objects = RouteCompiler.compile(intent(true, Optional.of("eu-b")));
    JsonObject plugins = value(objects, "us.orders.reads").getJsonObject("plugins");
    assertThat(plugins.getJsonObject("ext-plugin-pre-req").encode())
        .isEqualTo(
            "{\"_meta\":{\"filter\":[[\"cookie_us_b\",\"!\",\"~~\",\"^[0-9]{1,4}$\"]]},"
                + "\"allow_degradation\":true,\"conf\":[{\"name\":\"understudy\","
                + "\"value\":\"{\\\"service\\\":\\\"orders\\\"}\"}]}");
    assertThat(plugins.getJsonObject("traffic-split").encode())
        .isEqualTo(
            "{\"rules\":[{\"match\":["
                + "{\"vars\":[[\"cookie_us_b\",\"<\",5000],[\"http_x_user_group\",\"==\",\"beta\"]]},"
                + "{\"vars\":[[\"cookie_us_b\",\"<\",2500]]},"
                + "{\"vars\":[[\"http_x_us_8f3a\",\"==\",\"eu-b\"]]}],"
                + "\"weighted_upstreams\":[{\"upstream_id\":\"us.orders.eu-b-first\",\"weight\":1}]}]}");
  }

  @Test
  void armedWritesMarkTheWriter() {
    List<GatewayObject> objects = RouteCompiler.compile(intent(true, Optional.of("eu-b")));
    assertThat(value(objects, "us.orders.writes").getJsonObject("plugins").encode())
        .isEqualTo(
            "{\"response-rewrite\":{\"headers\":{\"add\":"
                + "[\"Set-Cookie: us_b=w; Path=/; HttpOnly; SameSite=Lax\"]}}}");
  }

  /** The oracle is the model's own rule: the first cohort that matches decides. */
  @Test
  void rulesSplitExactlyLikeTheFirstMatchingCohort() {
    long seed = 20_261_122;
    Random random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      List<Cohort> cohorts = randomCohorts(random);
      JsonArray match = match(plan(cohorts));
      for (int request = 0; request < 20; request++) {
        Request sent =
            new Request(
                random.nextInt(10_000),
                any(random, "beta", "staff"),
                any(random, "eu", "us"),
                random.nextBoolean() ? "GET" : "HEAD",
                random.nextBoolean() ? "/orders/a" : "/orders/b.c");
        assertThat(matches(match, sent))
            .as("seed %d round %d: %s under %s gives %s", seed, round, sent, cohorts, match)
            .isEqualTo(oracle(cohorts, sent));
      }
    }
  }

  private record Request(
      int bucket, @Nullable String group, @Nullable String region, String method, String path) {}

  private static boolean oracle(List<Cohort> cohorts, Request sent) {
    for (Cohort cohort : cohorts) {
      if (cohort.matches(sent.group(), sent.region(), sent.method(), sent.path())) {
        return cohort.share().admits(sent.bucket());
      }
    }
    return false;
  }

  private static boolean matches(JsonArray match, Request sent) {
    for (int i = 0; i < match.size(); i++) {
      JsonArray vars = match.getJsonObject(i).getJsonArray("vars");
      boolean all = true;
      for (int j = 0; j < vars.size(); j++) {
        all &= holds(vars.getJsonArray(j), sent);
      }
      if (all) {
        return true;
      }
    }
    return false;
  }

  private static boolean holds(JsonArray condition, Request sent) {
    String value =
        switch (condition.getString(0)) {
          case "cookie_us_b" -> Integer.toString(sent.bucket());
          case "http_x_user_group" -> sent.group();
          case "http_x_user_region" -> sent.region();
          case "request_method" -> sent.method();
          case "uri" -> sent.path();
          default -> null;
        };
    return switch (condition.getString(1)) {
      case "<" -> value != null && Integer.parseInt(value) < condition.getInteger(2);
      case "==" -> condition.getString(2).equals(value);
      case "~=" -> !condition.getString(2).equals(value);
      case "~~" -> value != null && value.matches(condition.getString(2) + ".*");
      case "!" -> value == null || !value.matches(condition.getString(3) + ".*");
      default -> throw new IllegalArgumentException(condition.encode());
    };
  }

  private static List<Cohort> randomCohorts(Random random) {
    List<Cohort> cohorts = new ArrayList<>();
    for (int i = 0; i < 1 + random.nextInt(4); i++) {
      cohorts.add(
          new Cohort(
              "c" + i,
              any(random, "beta", "staff"),
              any(random, "eu", "us"),
              random.nextInt(4) == 0 ? "GET" : null,
              random.nextInt(4) == 0 ? "/orders/b.c" : null,
              new Share(random.nextInt(4) * 2_500)));
    }
    return cohorts;
  }

  private static @Nullable String any(Random random, String one, String other) {
    return switch (random.nextInt(3)) {
      case 0 -> one;
      case 1 -> other;
      default -> null;
    };
  }

  private static JsonArray match(ShiftPlan plan) {
    List<GatewayObject> objects =
        RouteCompiler.compile(new GatewayIntent(service(), plan, Optional.of("eu-b"), true));
    return value(objects, "us.orders.reads")
        .getJsonObject("plugins")
        .getJsonObject("traffic-split")
        .getJsonArray("rules")
        .getJsonObject(0)
        .getJsonArray("match");
  }

  private static Map<Integer, Integer> priorities(List<GatewayObject> objects, String id) {
    Map<Integer, Integer> priorities = new java.util.HashMap<>();
    JsonArray nodes = value(objects, id).getJsonArray("nodes");
    for (int i = 0; i < nodes.size(); i++) {
      priorities.put(
          nodes.getJsonObject(i).getInteger("port"), nodes.getJsonObject(i).getInteger("priority"));
    }
    return priorities;
  }

  private static JsonObject value(List<GatewayObject> objects, String id) {
    return objects.stream().filter(o -> o.id().equals(id)).findFirst().orElseThrow().value();
  }

  private static GatewayIntent intent(boolean armed, Optional<String> listed) {
    return new GatewayIntent(service(), plan(List.of(BETA, REST)), listed, armed);
  }

  private static ShiftPlan plan(List<Cohort> cohorts) {
    return new ShiftPlan(
        "orders",
        1,
        1,
        0,
        "eu-a",
        "eu-b",
        "x-us-8f3a",
        "us_b",
        Identity.DEFAULT,
        new Ramp(0.5, 0.9),
        10_000,
        cohorts);
  }

  private static Topology.Service service() {
    return new Topology.Service(
        "orders",
        List.of("/orders", "/orders/*"),
        new Topology.Slo(250, 0.01),
        List.of(endpoint("eu-a", 8081), endpoint("eu-b", 8082)));
  }

  private static Topology.Endpoint endpoint(String name, int port) {
    return new Topology.Endpoint(
        name,
        "eu",
        "127.0.0.1",
        port,
        "/metrics",
        new Topology.Database("127.0.0.1", 5432, "orders", "postgres", Optional.empty(), "app"));
  }
}
