package io.understudy.daemon.control;

import io.understudy.daemon.protocol.CutHistory;
import io.understudy.daemon.protocol.Durability;
import io.understudy.daemon.protocol.Electorate;
import io.understudy.daemon.protocol.EpochRecord;
import io.understudy.daemon.protocol.Tip;
import io.understudy.model.Position;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;

/** An epoch record as JSON, for stores and for whoever has to look at one. */
final class EpochRecordJson {
  private static final int FORMAT = 1;

  private EpochRecordJson() {}

  static String encode(String service, EpochRecord record) {
    JsonArray cuts = new JsonArray();
    for (CutHistory.Start start : record.cuts().starts()) {
      cuts.add(
          new JsonObject()
              .put("epoch", start.epoch())
              .put("position", start.cut().position().toString())
              .put("chain", Long.toHexString(start.cut().chain())));
    }
    return new JsonObject()
        .put("format", FORMAT)
        .put("service", service)
        .put("version", record.version())
        .put("epoch", record.epoch())
        .put("primary", record.primary())
        .put("cuts", cuts)
        .put("voters", new JsonArray(record.electorate().voters()))
        .put("k", record.electorate().k())
        .put("durability", record.durability().name().toLowerCase(Locale.ROOT))
        .encodePrettily();
  }

  /**
   * Reads what {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if it is of another service or format, or no record
   * @throws ClassCastException if a value has another type
   */
  static EpochRecord decode(String service, String text) {
    JsonObject json = new JsonObject(text);
    if (json.getInteger("format", 0) != FORMAT) {
      throw new IllegalArgumentException(
          "format " + json.getValue("format") + " is not " + FORMAT + ", which this program reads");
    }
    if (!service.equals(json.getString("service"))) {
      throw new IllegalArgumentException("it is of service " + json.getString("service"));
    }
    List<CutHistory.Start> cuts =
        json.getJsonArray("cuts", new JsonArray()).stream()
            .map(JsonObject.class::cast)
            .map(EpochRecordJson::start)
            .toList();
    List<String> voters =
        json.getJsonArray("voters", new JsonArray()).stream().map(String.class::cast).toList();
    return new EpochRecord(
        json.getLong("version", 0L),
        json.getLong("epoch", 0L),
        json.getString("primary", ""),
        new CutHistory(cuts),
        new Electorate(voters, json.getInteger("k", 0)),
        Durability.valueOf(json.getString("durability", "").toUpperCase(Locale.ROOT)));
  }

  private static CutHistory.Start start(JsonObject json) {
    Position position = Position.parse(json.getString("position", ""));
    long chain = Long.parseUnsignedLong(json.getString("chain", ""), 16);
    return new CutHistory.Start(json.getLong("epoch", 0L), new Tip(position, chain));
  }
}
