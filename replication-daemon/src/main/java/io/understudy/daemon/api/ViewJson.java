package io.understudy.daemon.api;

import io.understudy.daemon.audit.AuditEntry;
import io.understudy.daemon.replication.ShadowState;
import io.understudy.daemon.replication.ShadowStatus;
import io.understudy.daemon.service.ServiceView;
import io.understudy.model.Cohort;
import io.understudy.model.RiskScore;
import io.understudy.model.ShiftPlan;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** What the Admin API shows. Field names carry their unit. */
final class ViewJson {
  private ViewJson() {}

  static JsonObject service(ServiceView view) {
    return new JsonObject()
        .put("name", view.record().service())
        .put("epoch", view.record().epoch())
        .put("primary", view.record().primary())
        .put("phase", view.phase().name())
        .put("k", view.record().k())
        .put("voters", new JsonArray(view.record().voters()))
        .put("replicated", view.replicated().toString())
        .put("shift", view.shift().toString())
        .put("shiftCause", view.holdCause())
        .put("order", view.order().toString())
        .put("routesInForce", view.planInForce())
        .put("trouble", view.trouble().orElse(null))
        .put("plan", plan(view))
        .put("endpoints", endpoints(view));
  }

  static JsonArray endpoints(ServiceView view) {
    JsonArray endpoints = new JsonArray();
    endpoints.add(
        new JsonObject()
            .put("name", view.record().primary())
            .put("role", "primary")
            .put("state", view.phase().name()));
    view.shadows().forEach(status -> endpoints.add(shadow(status)));
    return endpoints;
  }

  static JsonArray risks(ServiceView view) {
    JsonArray risks = new JsonArray();
    for (RiskScore score : view.risks().values()) {
      JsonArray reasons = new JsonArray();
      score
          .reasons()
          .forEach(reason ->
              reasons.add(
                  new JsonObject()
                      .put("metric", reason.metric())
                      .put("logOdds", reason.logOdds())));
      risks.add(
          new JsonObject()
              .put("endpoint", score.endpoint())
              .put("score", score.score())
              .put("horizonSeconds", score.horizonSeconds())
              .put("modelVersion", score.modelVersion())
              .put("atMillis", score.atMillis())
              .put("reasons", reasons));
    }
    return risks;
  }

  /** Without the decision header: whoever may look may not forge a decision. */
  static JsonObject plan(ServiceView view) {
    ShiftPlan plan = view.plan();
    JsonArray cohorts = new JsonArray();
    for (Cohort cohort : plan.cohorts()) {
      cohorts.add(
          new JsonObject()
              .put("name", cohort.name())
              .put("group", cohort.group())
              .put("region", cohort.region())
              .put("method", cohort.method())
              .put("pathPrefix", cohort.pathPrefix())
              .put("shareBp", cohort.share().basisPoints()));
    }
    return new JsonObject()
        .put("epoch", plan.epoch())
        .put("version", plan.version())
        .put("issuedAtMillis", plan.issuedAtMillis())
        .put("primary", plan.primary())
        .put("shadow", plan.shadow())
        .put("cohorts", cohorts);
  }

  static JsonObject events(List<AuditEntry> entries) {
    JsonArray events = new JsonArray();
    for (AuditEntry entry : entries) {
      events.add(
          new JsonObject()
              .put("seq", entry.seq())
              .put("atMillis", entry.atMillis())
              .put("service", entry.service())
              .put("kind", entry.change().kind())
              .put("from", entry.change().from())
              .put("to", entry.change().to())
              .put("cause", entry.change().cause()));
    }
    return new JsonObject().put("events", events);
  }

  private static JsonObject shadow(ShadowStatus status) {
    JsonObject json =
        new JsonObject()
            .put("name", status.endpoint())
            .put("role", "shadow")
            .put("state", status.state().word())
            .put("applied", status.applied().toString())
            .put("lagBytes", status.lagBytes())
            .put("lagMillis", status.lagMillis() == Long.MAX_VALUE ? null : status.lagMillis())
            .put("trouble", status.trouble().orElse(null));
    if (status.state() instanceof ShadowState.Seeding seeding) {
      json.put("seededRows", seeding.rows())
          .put("seededBytes", seeding.bytes())
          .put("seedBytesExpected", seeding.bytesExpected());
    }
    status.state().problem().ifPresent(reason -> json.put("reason", reason));
    return json;
  }
}
