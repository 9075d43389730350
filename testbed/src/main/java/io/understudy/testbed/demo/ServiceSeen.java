package io.understudy.testbed.demo;

import io.understudy.model.Cohort;
import io.understudy.model.Share;
import io.understudy.testbed.check.PlanSeen;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The service as the daemon showed it at one moment.
 *
 * @param plan the plan
 * @param planInForce whether the gateway has confirmed this version of it
 * @param phase where a change of the primary stands
 * @param shadows state of each shadow, by name
 * @param lagMillis lag of each shadow that has one, by name
 * @param trouble what the daemon complains about, or empty
 */
record ServiceSeen(
    PlanSeen plan,
    boolean planInForce,
    String phase,
    Map<String, String> shadows,
    Map<String, Long> lagMillis,
    String trouble) {

  static ServiceSeen read(JsonObject json, long nanos) {
    JsonObject plan = json.getJsonObject("plan");
    Map<String, String> shadows = new TreeMap<>();
    Map<String, Long> lags = new TreeMap<>();
    for (JsonObject endpoint : objects(json.getJsonArray("endpoints"))) {
      if ("shadow".equals(endpoint.getString("role"))) {
        shadows.put(endpoint.getString("name"), endpoint.getString("state"));
        Long lag = endpoint.getLong("lagMillis");
        if (lag != null) {
          lags.put(endpoint.getString("name"), lag);
        }
      }
    }
    return new ServiceSeen(
        plan(plan, nanos),
        json.getLong("routesInForce", 0L) >= plan.getLong("version"),
        json.getString("phase", ""),
        shadows,
        lags,
        json.getString("trouble") == null ? "" : json.getString("trouble"));
  }

  /** One primary is open and a stand-in is ready. */
  boolean guarded() {
    return phase.equals("STEADY")
        && !shadows.isEmpty()
        && shadows.values().stream().allMatch("IN_SYNC"::equals);
  }

  /** The largest share that the gateway has put in force, basis points. */
  int shareInForce() {
    return planInForce && plan.shadow() != null
        ? plan.cohorts().stream().mapToInt(c -> c.share().basisPoints()).max().orElse(0)
        : 0;
  }

  /** What keeps it from being guarded, for people. */
  String standing() {
    return phase + " " + shadows + (trouble.isEmpty() ? "" : " trouble: " + trouble);
  }

  /** Shares by cohort, for people. */
  String shares() {
    return plan.cohorts().stream()
        .map(cohort -> cohort.name() + " " + cohort.share().basisPoints() / 100 + "%")
        .collect(Collectors.joining(" "));
  }

  /** Lag of the shadow that serves, or else of the best one. */
  OptionalLong lag() {
    Long serving = plan.shadow() == null ? null : lagMillis.get(plan.shadow());
    return serving != null
        ? OptionalLong.of(serving)
        : lagMillis.values().stream().mapToLong(Long::longValue).min();
  }

  private static PlanSeen plan(JsonObject json, long nanos) {
    List<Cohort> cohorts =
        objects(json.getJsonArray("cohorts")).stream().map(ServiceSeen::cohort).toList();
    return new PlanSeen(
        nanos, json.getLong("epoch"), json.getString("primary"), json.getString("shadow"), cohorts);
  }

  private static Cohort cohort(JsonObject json) {
    return new Cohort(
        json.getString("name"),
        json.getString("group"),
        json.getString("region"),
        json.getString("method"),
        json.getString("pathPrefix"),
        new Share(json.getInteger("shareBp")));
  }

  static List<JsonObject> objects(JsonArray array) {
    return array.stream().map(JsonObject.class::cast).toList();
  }
}
