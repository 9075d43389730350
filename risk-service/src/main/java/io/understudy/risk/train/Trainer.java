package io.understudy.risk.train;

import io.understudy.risk.feature.Feature;
import io.understudy.risk.feature.FeatureSchema;
import io.understudy.risk.model.Digest;
import io.understudy.risk.model.Head;
import io.understudy.risk.model.ModelCard;
import io.understudy.risk.score.Calibration;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/** Grows the heads of a model on simulated lives; the same plan makes the same bytes. */
public final class Trainer {
  private final TrainingPlan plan;

  public Trainer(TrainingPlan plan) {
    this.plan = plan;
  }

  /** A head with its trees. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Trained(Head head, byte[] trees, JsonObject metrics) {}

  /** The files of the model by name, the card last. */
  public SequencedMap<String, byte[]> train() {
    Rows training = new Rows(plan.forecastHorizons(), plan.seed());
    for (int i = 0; i < plan.trainingEndpoints(); i++) {
      training.add(Life.of(plan.trainingSeed(i), plan.samples(), 0));
    }
    Rows calibration = new Rows(plan.forecastHorizons(), plan.seed() + 1);
    for (int i = 0; i < plan.calibrationEndpoints(); i++) {
      calibration.add(Life.of(plan.calibrationSeed(i), plan.samples(), 0));
    }
    List<Trained> heads = new ArrayList<>();
    for (int head = 0; head <= plan.forecastHorizons().size(); head++) {
      heads.add(trainHead(head, training, calibration));
    }
    return files(heads, training.incidents());
  }

  private Trained trainHead(int head, Rows training, Rows calibration) {
    Question question = training.question(head);
    RuleChoice.Chosen chosen = RuleChoice.best(question);
    Question held = calibration.question(head);
    float[] start = question.margins(chosen.rule());
    float[] heldStart = held.margins(chosen.rule());
    try {
      DMatrix rows = matrix(question, start);
      DMatrix heldRows = matrix(held, heldStart);
      Booster booster = XGBoost.train(rows, parameters(), plan.rounds(), Map.of(), null, null);
      try {
        double[] margins = first(booster.predict(heldRows, true));
        Calibration fitted = CalibrationFit.of(margins, held, calibration.incidents());
        double area = AveragePrecision.of(margins, held.answers(), held.weights());
        JsonObject metrics =
            new JsonObject()
                .put("rows", question.rows())
                .put("baseRate", question.baseRate())
                .put("heldOutAreaUnderPrecisionRecall", area)
                .put("ruleAreas", new JsonObject(Map.copyOf(RuleChoice.areas(held))));
        Head trained = new Head(name(head), horizon(head), chosen.rule(), fitted);
        return new Trained(trained, booster.toByteArray("ubj"), metrics);
      } finally {
        booster.dispose();
        rows.dispose();
        heldRows.dispose();
      }
    } catch (XGBoostError e) {
      throw new IllegalStateException("XGBoost could not train " + name(head), e);
    }
  }

  private String name(int head) {
    return head == 0 ? "nowcast" : "forecast-" + horizon(head);
  }

  private int horizon(int head) {
    return head == 0 ? 0 : plan.forecastHorizons().get(head - 1);
  }

  private static DMatrix matrix(Question question, float[] start) throws XGBoostError {
    DMatrix matrix = new DMatrix(question.matrix(), question.rows(), Rows.WIDTH, Float.NaN);
    matrix.setLabel(question.answers());
    matrix.setWeight(question.weights());
    matrix.setBaseMargin(start);
    return matrix;
  }

  private static double[] first(float[][] predicted) {
    double[] first = new double[predicted.length];
    for (int i = 0; i < first.length; i++) {
      first[i] = predicted[i][0];
    }
    return first;
  }

  /** One thread, because the order of additions would otherwise depend on the machine. */
  private Map<String, Object> parameters() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    parameters.put("objective", "binary:logistic");
    parameters.put("tree_method", "hist");
    parameters.put("max_depth", TrainingPlan.DEPTH);
    parameters.put("eta", TrainingPlan.LEARNING_RATE);
    parameters.put("subsample", 0.8);
    parameters.put("colsample_bytree", 0.4);
    parameters.put("min_child_weight", 20);
    parameters.put("lambda", 5);
    parameters.put("max_bin", 64);
    parameters.put("seed", plan.seed());
    parameters.put("nthread", 1);
    parameters.put("verbosity", 0);
    parameters.put(
        "monotone_constraints",
        FeatureSchema.CURRENT.features().stream()
            .map(Feature::direction)
            .map(String::valueOf)
            .collect(Collectors.joining(",", "(", ")")));
    return parameters;
  }

  private SequencedMap<String, byte[]> files(List<Trained> heads, int incidents) {
    SequencedMap<String, byte[]> files = new LinkedHashMap<>();
    List<ModelCard.Entry> entries = new ArrayList<>();
    StringBuilder sums = new StringBuilder();
    JsonObject metrics = new JsonObject().put("incidents", incidents);
    for (Trained trained : heads) {
      String file = trained.head().name() + ".ubj";
      String sha256 = Digest.sha256(trained.trees());
      files.put(file, trained.trees());
      entries.add(new ModelCard.Entry(trained.head(), file, sha256));
      sums.append(sha256);
      metrics.put(trained.head().name(), trained.metrics());
    }
    String mark = Digest.sha256(sums.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    String version = "simulated-" + plan.seed() + "-" + mark.substring(0, 8);
    JsonObject card =
        new ModelCard(version, FeatureSchema.CURRENT.sha256(), entries)
            .toJson()
            .put("seed", plan.seed())
            .put("parameters", planJson())
            .put("training", metrics);
    files.put(
        ModelCard.FILE,
        (card.encodePrettily() + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8));
    return files;
  }

  private JsonObject planJson() {
    return new JsonObject()
        .put("trainingEndpoints", plan.trainingEndpoints())
        .put("calibrationEndpoints", plan.calibrationEndpoints())
        .put("samples", plan.samples())
        .put("rounds", plan.rounds())
        .put("depth", TrainingPlan.DEPTH)
        .put("learningRate", TrainingPlan.LEARNING_RATE);
  }
}
