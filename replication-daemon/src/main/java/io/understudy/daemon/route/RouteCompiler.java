package io.understudy.daemon.route;

import io.understudy.model.Cohort;
import io.understudy.model.ShiftPlan;
import io.understudy.model.config.Topology;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Turns an intent into APISIX objects. Pure. Objects name endpoints, never roles: after an epoch
 * change the same name still means the same deployment, so no order of writes can send a write to
 * an endpoint that a route did not mean.
 *
 * <p>The order of the result is the order of the writes: upstreams before the routes that use them,
 * because a route with an unknown upstream answers 500. Writes get a route of their own without a
 * backup node, because a health check that fails sends every method to the backup.
 */
public final class RouteCompiler {
  /** Longest time that a write may take from the gateway's sending it to its answer. */
  public static final Duration WRITE_MAX = Duration.ofSeconds(3);

  /** Above the user's own route of the same paths, which is never edited. */
  private static final int PRIORITY = 10;

  private static final String SETTLED_BUCKET = "^[0-9]{1,4}$";

  private RouteCompiler() {}

  public static List<GatewayObject> compile(GatewayIntent intent) {
    Topology.Service service = intent.service();
    String primary = intent.plan().primary();
    List<GatewayObject> objects = new ArrayList<>();
    objects.add(upstream(service, "only", primary, Optional.empty()));
    objects.add(upstream(service, "first", primary, intent.listed()));
    Optional<String> split = splitTarget(intent);
    split.ifPresent(
        shadow -> objects.add(upstream(service, "first", shadow, Optional.of(primary))));
    objects.add(
        route(service, "reads", List.of("GET", "HEAD", "OPTIONS"))
            .withUpstream(id(service, primary, "first"))
            .withPlugins(split.map(shadow -> armedReads(intent, shadow)))
            .object());
    objects.add(
        route(service, "writes", List.of("POST", "PUT", "PATCH", "DELETE"))
            .withUpstream(id(service, primary, "only"))
            .withPlugins(
                intent.armed() ? Optional.of(markWriters(intent.plan())) : Optional.empty())
            .object());
    return List.copyOf(objects);
  }

  /** Paths of everything that may ever be compiled, routes before the upstreams they use. */
  public static List<String> everyPath(Topology.Service service) {
    List<String> paths = new ArrayList<>();
    for (String form : List.of("reads", "writes")) {
      paths.add(new GatewayObject("routes", routeId(service, form), new JsonObject()).path());
    }
    for (Topology.Endpoint endpoint : service.endpoints()) {
      for (String form : List.of("first", "only")) {
        String id = id(service, endpoint.name(), form);
        paths.add(new GatewayObject("upstreams", id, new JsonObject()).path());
      }
    }
    return paths;
  }

  /** Whom clients may be split to: only a shadow that is listed, so that it is in sync. */
  private static Optional<String> splitTarget(GatewayIntent intent) {
    return intent.armed()
        ? intent.listed().filter(name -> name.equals(intent.plan().shadow()))
        : Optional.empty();
  }

  private static String id(Topology.Service service, String endpoint, String form) {
    return "us." + service.name() + "." + endpoint + "-" + form;
  }

  private static String routeId(Topology.Service service, String form) {
    return "us." + service.name() + "." + form;
  }

  private static GatewayObject upstream(
      Topology.Service service, String form, String first, Optional<String> backup) {
    JsonArray nodes = new JsonArray().add(node(service, first, 0));
    backup.ifPresent(name -> nodes.add(node(service, name, -1)));
    JsonObject value =
        new JsonObject()
            .put("type", "roundrobin")
            .put("nodes", nodes)
            .put("retries", backup.isPresent() ? 1 : 0)
            .put("retry_timeout", 3)
            .put(
                "timeout",
                new JsonObject()
                    .put("connect", 0.5)
                    .put("send", WRITE_MAX.toSeconds())
                    .put("read", WRITE_MAX.toSeconds()))
            .put("labels", labels());
    // Without a second node a health check could only turn a slow answer into no answer.
    backup.ifPresent(name -> value.put("checks", checks()));
    return new GatewayObject("upstreams", id(service, first, form), value);
  }

  private static JsonObject node(Topology.Service service, String endpoint, int priority) {
    Topology.Endpoint target =
        service
            .endpoint(endpoint)
            .orElseThrow(
                () -> new IllegalArgumentException(service.name() + " has no " + endpoint));
    return new JsonObject()
        .put("host", target.host())
        .put("port", target.port())
        .put("weight", 1)
        .put("priority", priority);
  }

  private static JsonObject checks() {
    JsonObject unhealthy =
        new JsonObject()
            .put("interval", 1)
            .put("http_failures", 2)
            .put("tcp_failures", 2)
            .put("timeouts", 2)
            .put("http_statuses", JsonArray.of(429, 500, 502, 503, 504));
    // 503 is missing here on purpose: a refused write must not take a shadow's reads away.
    JsonObject passive =
        new JsonObject()
            .put("http_statuses", JsonArray.of(500, 502, 504))
            .put("http_failures", 3)
            .put("tcp_failures", 3)
            .put("timeouts", 3);
    return new JsonObject()
        .put(
            "active",
            new JsonObject()
                .put("type", "http")
                .put("http_path", "/healthz")
                .put("timeout", 0.5)
                .put("healthy", new JsonObject().put("interval", 1).put("successes", 2))
                .put("unhealthy", unhealthy))
        .put("passive", new JsonObject().put("type", "http").put("unhealthy", passive));
  }

  private static RouteDraft route(Topology.Service service, String form, List<String> methods) {
    return new RouteDraft(
        routeId(service, form),
        new JsonObject()
            .put("uris", new JsonArray(service.uris()))
            .put("methods", new JsonArray(methods))
            .put("priority", PRIORITY)
            .put("labels", labels()));
  }

  private static JsonObject armedReads(GatewayIntent intent, String shadow) {
    ShiftPlan plan = intent.plan();
    String bucket = "cookie_" + plan.cookie();
    JsonObject conf =
        new JsonObject()
            .put("name", GatewayObject.OWNER)
            .put("value", new JsonObject().put("service", plan.service()).encode());
    JsonObject plugin =
        new JsonObject()
            .put(
                "_meta",
                new JsonObject()
                    .put("filter", JsonArray.of(JsonArray.of(bucket, "!", "~~", SETTLED_BUCKET))))
            .put("allow_degradation", true)
            .put("conf", JsonArray.of(conf));
    JsonArray match = new JsonArray();
    cohortRules(plan, bucket).forEach(vars -> match.add(new JsonObject().put("vars", vars)));
    String decided = "http_" + plan.decisionHeader().toLowerCase(Locale.ROOT).replace('-', '_');
    match.add(new JsonObject().put("vars", JsonArray.of(JsonArray.of(decided, "==", shadow))));
    JsonObject target =
        new JsonObject().put("upstream_id", id(intent.service(), shadow, "first")).put("weight", 1);
    JsonObject rule =
        new JsonObject().put("match", match).put("weighted_upstreams", JsonArray.of(target));
    return new JsonObject()
        .put("ext-plugin-pre-req", plugin)
        .put("traffic-split", new JsonObject().put("rules", JsonArray.of(rule)));
  }

  /**
   * One rule per cohort with a share. A request belongs to the first cohort that matches, so each
   * rule also excludes the cohorts before it, unless their share is the same or larger.
   */
  private static List<JsonArray> cohortRules(ShiftPlan plan, String bucket) {
    List<JsonArray> rules = new ArrayList<>();
    List<Cohort> before = new ArrayList<>();
    for (Cohort cohort : plan.cohorts()) {
      int share = cohort.share().basisPoints();
      if (share > 0) {
        List<List<JsonArray>> exclusions =
            before.stream()
                .filter(earlier -> earlier.share().basisPoints() < share)
                .map(earlier -> CohortVars.negated(earlier, plan.identity()))
                .toList();
        JsonArray own = new JsonArray().add(JsonArray.of(bucket, "<", share));
        CohortVars.all(cohort, plan.identity()).forEach(own::add);
        rules.addAll(CohortVars.product(own, exclusions));
      }
      before.add(cohort);
    }
    return rules;
  }

  private static JsonObject markWriters(ShiftPlan plan) {
    String cookie = "Set-Cookie: " + plan.cookie() + "=w; Path=/; HttpOnly; SameSite=Lax";
    return new JsonObject()
        .put(
            "response-rewrite",
            new JsonObject().put("headers", new JsonObject().put("add", JsonArray.of(cookie))));
  }

  private static JsonObject labels() {
    return new JsonObject().put("managed-by", GatewayObject.OWNER);
  }

  /** A route while it is put together. */
  private record RouteDraft(String id, JsonObject value) {
    RouteDraft withUpstream(String upstream) {
      return new RouteDraft(id, value.copy().put("upstream_id", upstream));
    }

    RouteDraft withPlugins(Optional<JsonObject> plugins) {
      return plugins.map(set -> new RouteDraft(id, value.copy().put("plugins", set))).orElse(this);
    }

    GatewayObject object() {
      return new GatewayObject("routes", id, value);
    }
  }
}
