package io.understudy.risk.publish;

import io.prometheus.client.exporter.common.TextFormat;
import io.understudy.model.RiskScore;
import io.understudy.model.RiskScore.Contribution;
import io.understudy.risk.feature.Metric;
import io.understudy.risk.score.Estimate;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The HTTP interface: {@code /v1/risk}, {@code /metrics}, {@code /healthz}; reads only. */
public final class RiskApi {
  private final Board board;

  private RiskApi(Board board) {
    this.board = board;
  }

  /** What the interface shows; answers at once, from any thread. */
  public interface Board {
    /** The newest assessments by {@code service/endpoint}. */
    Map<String, Assessment> assessments();

    /** Why a head scores an endpoint as it does. */
    Future<List<Contribution>> explain(String key, int head);

    /** Names of the heads in order. */
    List<String> heads();

    /** What is wrong with the service itself, if anything. */
    Optional<String> unhealthy();

    /** The service's own metrics. */
    Instruments instruments();
  }

  /** A router of all paths. */
  public static Router router(Vertx vertx, Board board) {
    RiskApi api = new RiskApi(board);
    Router router = Router.router(vertx);
    router.get("/healthz").handler(api::health);
    router.get("/metrics").handler(api::metrics);
    router.get("/v1/risk").handler(api::all);
    router.get("/v1/risk/:service/:endpoint").handler(api::one);
    return router;
  }

  private void health(RoutingContext request) {
    Optional<String> wrong = board.unhealthy();
    request.response().setStatusCode(wrong.isPresent() ? 503 : 200);
    request.json(new JsonObject().put("status", wrong.orElse("ok")));
  }

  private void metrics(RoutingContext request) {
    StringWriter text = new StringWriter();
    try {
      TextFormat.write004(text, board.instruments().registry().metricFamilySamples());
    } catch (IOException e) {
      throw new UncheckedIOException("a string takes every write", e);
    }
    request.response().putHeader("Content-Type", TextFormat.CONTENT_TYPE_004).end(text.toString());
  }

  private void all(RoutingContext request) {
    JsonArray endpoints = new JsonArray();
    board.assessments().values().forEach(each -> endpoints.add(json(each)));
    request.json(new JsonObject().put("endpoints", endpoints));
  }

  private void one(RoutingContext request) {
    String key = RiskScore.key(request.pathParam("service"), request.pathParam("endpoint"));
    Assessment found = board.assessments().get(key);
    if (found == null) {
      request.response().setStatusCode(404);
      request.json(
          new JsonObject()
              .put("error", "no endpoint '" + key + "'")
              .put("known", new JsonArray(List.copyOf(board.assessments().keySet()))));
      return;
    }
    board
        .explain(key, strongest(found))
        .onSuccess(reasons -> request.json(detailed(found, reasons)))
        .onFailure(request::fail);
  }

  private static int strongest(Assessment assessment) {
    List<Double> heads = assessment.heads();
    int strongest = 0;
    for (int head = 1; head < heads.size(); head++) {
      strongest = heads.get(head) > heads.get(strongest) ? head : strongest;
    }
    return strongest;
  }

  private JsonObject detailed(Assessment assessment, List<Contribution> reasons) {
    JsonObject heads = new JsonObject();
    for (int head = 0; head < assessment.heads().size(); head++) {
      heads.put(board.heads().get(head), assessment.heads().get(head));
    }
    JsonObject measured = new JsonObject();
    for (Metric metric : Metric.values()) {
      double value = assessment.sample().get(metric);
      measured.put(metric.key(), Double.isNaN(value) ? null : value);
    }
    JsonObject explanation =
        new JsonObject()
            .put("head", board.heads().get(strongest(assessment)))
            .put("contributions", json(reasons));
    return json(assessment)
        .put("heads", heads)
        .put("measured", measured)
        .put("explanation", explanation);
  }

  private static JsonObject json(Assessment assessment) {
    RiskScore score = assessment.score();
    return new JsonObject()
        .put("service", score.service())
        .put("endpoint", score.endpoint())
        .put("score", score.score())
        .put("certainty", name(assessment.certainty()))
        .put("horizonSeconds", score.horizonSeconds())
        .put("modelVersion", score.modelVersion())
        .put("atMillis", score.atMillis())
        .put("reasons", json(score.reasons()));
  }

  private static String name(Estimate.Certainty certainty) {
    return switch (certainty) {
      case WARMING_UP -> "warming-up";
      case SCORED -> "scored";
      case DEAD -> "dead";
    };
  }

  private static JsonArray json(List<Contribution> contributions) {
    JsonArray array = new JsonArray();
    for (Contribution each : contributions) {
      array.add(new JsonObject().put("metric", each.metric()).put("logOdds", each.logOdds()));
    }
    return array;
  }
}
