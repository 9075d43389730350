package io.understudy.daemon.endpoint;

import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Gap;
import io.understudy.daemon.snapshot.Report;
import io.understudy.model.Position;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What an endpoint's daemon shows of itself. Field names carry their unit. */
final class ReportJson {
  private ReportJson() {}

  static JsonObject of(EndpointSettings settings, EndpointReport report) {
    EndpointStatus status = report.status();
    JsonObject json =
        new JsonObject()
            .put("service", settings.service())
            .put("endpoint", settings.self())
            .put("role", status.role())
            .put("phase", status.phase())
            .put("epoch", status.epoch())
            .put("open", status.open())
            .put("journal", status.journal().position().toString())
            .put("durable", report.durable().toString())
            .put("replicated", status.replicated().toString())
            .put("applied", status.applied().toString());
    status.durability().ifPresent(worth -> json.put("durability", name(worth)));
    report.source().ifPresent(source -> add(json, status.journal().position(), source));
    if (report.source().isEmpty()) {
      add(json, report.shadow());
      add(json, status.copy());
    }
    return json;
  }

  private static void add(JsonObject json, Position end, EndpointReport.Source source) {
    JsonArray voters = new JsonArray();
    new TreeMap<>(source.voters())
        .forEach((name, acked) ->
            voters.add(
                new JsonObject()
                    .put("name", name)
                    .put("acked", acked.toString())
                    .put("lagBytes", bytesBetween(acked, end))));
    json.put("voters", voters);
    source.slotRetainedBytes().ifPresent(bytes -> json.put("slotRetainedBytes", bytes));
  }

  /** What a comparison found, or a repair sent. */
  static JsonObject of(Report report) {
    JsonArray differences = new JsonArray();
    report.differences().forEach(each -> differences.add(each.toString()));
    return new JsonObject()
        .put("equal", report.differences().isEmpty())
        .put("position", report.position().toString())
        .put("tables", report.tables())
        .put("rows", report.rows())
        .put("differences", differences)
        .put("bytes", report.bytes())
        .put("millis", report.took().toMillis());
  }

  private static void add(JsonObject json, CopyStatus copy) {
    json.put(
            "diverged",
            switch (copy.verdict()) {
              case CopyStatus.Verdict.Different(Position at, String what) -> what + " at " + at;
              default -> null;
            })
        .put("work", copy.work());
  }

  private static void add(JsonObject json, EndpointReport.Shadow shadow) {
    json.put("readingMillis", shadow.readingMillis())
        .put("failure", shadow.failure().orElse(null))
        .put("trouble", shadow.trouble().orElse(null));
    shadow
        .seeding()
        .ifPresent(progress ->
            json.put("seededRows", progress.rows())
                .put("seededBytes", progress.bytes())
                .put("seedBytesExpected", progress.bytesExpected()));
  }

  /** As it is written in configurations and orders. */
  static String name(Durability worth) {
    return switch (worth) {
      case QUORUM -> "quorum";
      case DEGRADED -> "degraded";
      case ASYNC -> "async";
    };
  }

  static JsonObject of(EpochRecord promoted, Optional<Gap> gap) {
    JsonObject json =
        new JsonObject().put("primary", promoted.primary()).put("epoch", promoted.epoch());
    gap.ifPresent(lost ->
        json.put(
            "gap",
            new JsonObject()
                .put("cut", lost.cut().toString())
                .put("heard", lost.heard().toString())
                .put("bytes", lost.bytes().isPresent() ? lost.bytes().getAsLong() : null)));
    return json;
  }

  /** Log between two positions; null where they are in the logs of two servers. */
  static @Nullable Long bytesBetween(Position from, Position to) {
    return from.epoch() == to.epoch() ? to.lsn().value() - from.lsn().value() : null;
  }
}
