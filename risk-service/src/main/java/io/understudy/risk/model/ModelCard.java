package io.understudy.risk.model;

import io.understudy.risk.feature.FeatureSchema;
import io.understudy.risk.score.Calibration;
import io.understudy.risk.score.Calibration.Isotonic.Knot;
import io.understudy.risk.score.Rule;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * {@code model.json}: what a model is, what it needs, and the checksums of its trees.
 *
 * @param version of the model, for people and for published scores
 * @param schemaSha256 of the feature schema it was trained on
 * @param heads in the order of their files
 */
public record ModelCard(String version, String schemaSha256, List<Entry> heads) {
  public static final String FILE = "model.json";

  private static final int FORMAT = 1;
  private static final Pattern FILE_NAME = Pattern.compile("[a-z0-9-]{1,60}\\.ubj");

  /**
   * A head and its file.
   *
   * @param head the question
   * @param file name of the file with its trees
   * @param sha256 of that file
   */
  public record Entry(Head head, String file, String sha256) {}

  /**
   * Reads the card.
   *
   * @throws ModelException if it is damaged or of another format
   */
  public static ModelCard parse(byte[] content) {
    try {
      JsonObject json = new JsonObject(new String(content, StandardCharsets.UTF_8));
      if (json.getInteger("format", 0) != FORMAT) {
        throw new ModelException(
            FILE + " has format " + json.getValue("format") + ", this program reads " + FORMAT);
      }
      String schema = json.getJsonObject("schema").getString("sha256");
      requireSchema(schema);
      List<Entry> heads = new ArrayList<>();
      for (int i = 0; i < json.getJsonArray("heads").size(); i++) {
        heads.add(entry(json.getJsonArray("heads").getJsonObject(i)));
      }
      return new ModelCard(json.getString("version"), schema, List.copyOf(heads));
    } catch (DecodeException
        | ClassCastException
        | NullPointerException
        | IllegalArgumentException e) {
      throw new ModelException(FILE + " is damaged: " + e.getMessage() + "; train it again", e);
    }
  }

  /** The card as JSON, to which training adds its parameters and metrics. */
  public JsonObject toJson() {
    JsonArray array = new JsonArray();
    for (Entry entry : heads) {
      array.add(toJson(entry));
    }
    FeatureSchema schema = FeatureSchema.CURRENT;
    return new JsonObject()
        .put("format", FORMAT)
        .put("version", version)
        .put(
            "schema",
            new JsonObject()
                .put("version", schema.version())
                .put("sha256", schemaSha256)
                .put("names", new JsonArray(schema.names())))
        .put("heads", array);
  }

  private static void requireSchema(String sha256) {
    String ours = FeatureSchema.CURRENT.sha256();
    if (!ours.equals(sha256)) {
      throw new ModelException(
          "model was trained on feature schema "
              + sha256
              + ", this program computes schema "
              + ours
              + ": train it again with this version, or run the version it was trained with");
    }
  }

  /** A card names files beside it, nothing else. */
  private static String fileName(String name) {
    if (!FILE_NAME.matcher(name).matches()) {
      throw new IllegalArgumentException("'" + name + "' is not the name of a model file");
    }
    return name;
  }

  private static JsonObject toJson(Entry entry) {
    Head head = entry.head();
    JsonArray features = new JsonArray();
    for (int column : head.rule().columns()) {
      features.add(FeatureSchema.CURRENT.names().get(column));
    }
    JsonObject rule =
        new JsonObject()
            .put("name", head.rule().name())
            .put("features", features)
            .put("intercept", head.rule().intercept())
            .put("slope", head.rule().slope());
    return new JsonObject()
        .put("name", head.name())
        .put("horizonSamples", head.horizonSamples())
        .put("file", entry.file())
        .put("sha256", entry.sha256())
        .put("rule", rule)
        .put("calibration", toJson(head.calibration()));
  }

  private static Entry entry(JsonObject json) {
    JsonObject rule = json.getJsonObject("rule");
    List<Integer> columns =
        rule.getJsonArray("features").stream()
            .map(name -> FeatureSchema.CURRENT.column((String) name))
            .toList();
    Head head =
        new Head(
            json.getString("name"),
            json.getInteger("horizonSamples"),
            new Rule(
                rule.getString("name"),
                columns,
                rule.getDouble("intercept"),
                rule.getDouble("slope")),
            calibration(json.getJsonObject("calibration")));
    return new Entry(head, fileName(json.getString("file")), json.getString("sha256"));
  }

  private static JsonObject toJson(Calibration calibration) {
    return switch (calibration) {
      case Calibration.Platt platt ->
          new JsonObject()
              .put("kind", "platt")
              .put("slope", platt.slope())
              .put("intercept", platt.intercept());
      case Calibration.Isotonic isotonic ->
          new JsonObject().put("kind", "isotonic").put("knots", knots(isotonic));
      case Calibration.Shrunk shrunk ->
          new JsonObject().put("kind", "shrunk").put("baseRate", shrunk.baseRate());
    };
  }

  private static Calibration calibration(JsonObject json) {
    String kind = json.getString("kind");
    return switch (kind) {
      case "platt" -> new Calibration.Platt(json.getDouble("slope"), json.getDouble("intercept"));
      case "isotonic" -> new Calibration.Isotonic(knots(json.getJsonArray("knots")));
      case "shrunk" -> new Calibration.Shrunk(json.getDouble("baseRate"));
      default -> throw new IllegalArgumentException("unknown calibration '" + kind + "'");
    };
  }

  private static JsonArray knots(Calibration.Isotonic isotonic) {
    JsonArray array = new JsonArray();
    for (Knot knot : isotonic.knots()) {
      array.add(new JsonArray().add(knot.margin()).add(knot.probability()));
    }
    return array;
  }

  private static List<Knot> knots(JsonArray array) {
    List<Knot> knots = new ArrayList<>();
    for (int i = 0; i < array.size(); i++) {
      JsonArray knot = array.getJsonArray(i);
      knots.add(new Knot(knot.getDouble(0), knot.getDouble(1)));
    }
    return knots;
  }
}
