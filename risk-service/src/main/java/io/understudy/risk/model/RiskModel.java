package io.understudy.risk.model;

import io.understudy.model.RiskScore.Contribution;
import io.understudy.risk.feature.Feature;
import io.understudy.risk.feature.FeatureSchema;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ml.dmlc.xgboost4j.java.Booster;
import ml.dmlc.xgboost4j.java.DMatrix;
import ml.dmlc.xgboost4j.java.XGBoost;
import ml.dmlc.xgboost4j.java.XGBoostError;

/**
 * A model in memory, native trees included: close it. One thread uses it.
 *
 * <p>Native code parses the trees, so nothing reaches it before its checksum was compared.
 */
public final class RiskModel implements AutoCloseable {
  /** What contributes to every score alike. */
  public static final String PRIOR = "prior";

  /** Rounding of single-precision sums over hundreds of columns stays far below this. */
  private static final double SUM_TOLERANCE = 1e-3;

  private static final int WIDTH = FeatureSchema.CURRENT.width();

  private final ModelCard card;
  private final List<Booster> boosters;

  private RiskModel(ModelCard card, List<Booster> boosters) {
    this.card = card;
    this.boosters = boosters;
  }

  /**
   * Loads and checks a model.
   *
   * @throws ModelException if a file is missing, damaged, or was made for another feature schema
   */
  public static RiskModel load(ModelStore store) {
    ModelCard card = ModelCard.parse(store.read(ModelCard.FILE));
    List<byte[]> files = new ArrayList<>();
    for (ModelCard.Entry entry : card.heads()) {
      files.add(checked(store, entry));
    }
    List<Booster> boosters = new ArrayList<>();
    for (byte[] file : files) {
      boosters.add(booster(file));
    }
    return new RiskModel(card, boosters);
  }

  public String version() {
    return card.version();
  }

  public List<Head> heads() {
    return card.heads().stream().map(ModelCard.Entry::head).toList();
  }

  /**
   * Margins of all heads for all rows, in place: the matrix is not copied.
   *
   * @param matrix rows of {@link FeatureSchema#CURRENT}, one after the other, NaN for missing
   * @param rows how many
   * @return margins by head, then by row, in log odds
   */
  public float[][] margins(float[] matrix, int rows) {
    float[][] margins = new float[boosters.size()][];
    for (int head = 0; head < margins.length; head++) {
      margins[head] = margins(head, matrix, rows);
    }
    return margins;
  }

  /** Calibrated probability of one head. */
  public double probability(int head, double margin) {
    return card.heads().get(head).head().calibration().probability(margin);
  }

  /**
   * Why a head answered as it did: log odds per metric, the largest first, their sum the margin.
   *
   * @param head index of the head
   * @param row one row
   * @throws IllegalStateException if the contributions do not add up
   */
  public List<Contribution> explain(int head, float[] row) {
    Head asked = card.heads().get(head).head();
    float[] base = {(float) asked.rule().margin(row, 0)};
    Map<String, Double> byMetric = new LinkedHashMap<>();
    try {
      DMatrix one = new DMatrix(row, 1, WIDTH, Float.NaN);
      try {
        one.setBaseMargin(base);
        float[] contributions = boosters.get(head).predictContrib(one, 0)[0];
        requireSum(contributions, boosters.get(head).predict(one, true)[0][0]);
        for (int column = 0; column < WIDTH; column++) {
          byMetric.merge(metric(column), (double) contributions[column], Double::sum);
        }
        double prior = contributions[WIDTH] - (base[0] - asked.rule().intercept());
        byMetric.merge(PRIOR, prior, Double::sum);
      } finally {
        one.dispose();
      }
    } catch (XGBoostError e) {
      throw new IllegalStateException("XGBoost could not explain a row", e);
    }
    double byRule = base[0] - asked.rule().intercept();
    byMetric.merge(metric(asked.rule().decisive(row, 0)), byRule, Double::sum);
    return byMetric.entrySet().stream()
        .map(entry -> new Contribution(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingDouble(Contribution::logOdds).reversed())
        .toList();
  }

  @Override
  public void close() {
    boosters.forEach(Booster::dispose);
  }

  private float[] margins(int head, float[] matrix, int rows) {
    Head asked = card.heads().get(head).head();
    float[] base = new float[rows];
    for (int row = 0; row < rows; row++) {
      base[row] = (float) asked.rule().margin(matrix, row * WIDTH);
    }
    try {
      float[][] predicted =
          boosters
              .get(head)
              .inplace_predict(
                  matrix,
                  rows,
                  WIDTH,
                  Float.NaN,
                  new int[] {0, 0},
                  Booster.PredictionType.kMargin,
                  base);
      float[] margins = new float[rows];
      for (int row = 0; row < rows; row++) {
        margins[row] = predicted[row][0];
      }
      return margins;
    } catch (XGBoostError e) {
      throw new IllegalStateException("XGBoost could not predict " + rows + " rows", e);
    }
  }

  private static byte[] checked(ModelStore store, ModelCard.Entry entry) {
    byte[] content = store.read(entry.file());
    String actual = Digest.sha256(content);
    if (!actual.equals(entry.sha256())) {
      throw new ModelException(
          "model file "
              + entry.file()
              + " ("
              + content.length
              + " bytes) has sha256 "
              + actual
              + ", "
              + ModelCard.FILE
              + " says "
              + entry.sha256()
              + ": it is truncated or was changed; copy it again, or train it again");
    }
    return content;
  }

  private static Booster booster(byte[] content) {
    try {
      Booster booster = XGBoost.loadModel(content);
      booster.setParam("nthread", 1); // a batch is small: starting threads costs more than trees
      return booster;
    } catch (XGBoostError | IOException e) {
      throw new ModelException("XGBoost cannot read the model: " + e.getMessage(), e);
    }
  }

  private static void requireSum(float[] contributions, float margin) {
    double sum = 0;
    for (float contribution : contributions) {
      sum += contribution;
    }
    if (!(Math.abs(sum - margin) < SUM_TOLERANCE * (1 + Math.abs(margin)))) {
      throw new IllegalStateException(
          "contributions add up to " + sum + " but the margin is " + margin);
    }
  }

  private static String metric(int column) {
    Feature feature = FeatureSchema.CURRENT.features().get(column);
    return feature.metric();
  }
}
