package io.understudy.risk.train;

import io.understudy.risk.score.Calibration;
import io.understudy.risk.score.Calibration.Isotonic.Knot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Chooses how to calibrate by how many incidents there are: isotonic from 200, Platt from 50,
 * otherwise shrinking to the base rate, because with few incidents the other two make it worse.
 */
final class CalibrationFit {
  private static final int ISOTONIC_FROM = 200;
  private static final int PLATT_FROM = 50;
  private static final int BINS = 40;

  private CalibrationFit() {}

  static Calibration of(double[] margins, Question question, int incidents) {
    if (incidents >= ISOTONIC_FROM) {
      return isotonic(margins, question);
    }
    if (incidents >= PLATT_FROM) {
      LogisticFit fit = LogisticFit.of(margins, question);
      return new Calibration.Platt(fit.slope(), fit.intercept());
    }
    return new Calibration.Shrunk(question.baseRate());
  }

  /** Weighted rows that share one probability. */
  private record Block(double weight, double margin, double positive) {
    Block merge(Block other) {
      double both = weight + other.weight;
      return new Block(
          both, (weight * margin + other.weight * other.margin) / both, positive + other.positive);
    }

    double probability() {
      return (positive + 0.5) / (weight + 1);
    }
  }

  /** Pool adjacent violators over bins of equal positive weight, so that no knot rests on noise. */
  private static Calibration isotonic(double[] margins, Question question) {
    List<Block> pooled = new ArrayList<>();
    for (Block bin : bins(margins, question)) {
      Block next = bin;
      while (!pooled.isEmpty()
          && (pooled.getLast().probability() >= next.probability()
              || pooled.getLast().margin() >= next.margin())) {
        next = pooled.removeLast().merge(next);
      }
      pooled.add(next);
    }
    return new Calibration.Isotonic(
        pooled.stream().map(b -> new Knot(b.margin(), b.probability())).toList());
  }

  private static List<Block> bins(double[] margins, Question question) {
    double positives = 0;
    for (int i = 0; i < margins.length; i++) {
      positives += question.answers()[i] * question.weights()[i];
    }
    int[] order =
        IntStream.range(0, margins.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> margins[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    List<Block> bins = new ArrayList<>();
    Block open = null;
    for (int i : order) {
      double weight = question.weights()[i];
      Block one = new Block(weight, margins[i], weight * question.answers()[i]);
      open = open == null ? one : open.merge(one);
      if (open.positive() >= positives / BINS) {
        bins.add(open);
        open = null;
      }
    }
    if (open != null) {
      bins.add(open);
    }
    return bins;
  }
}
