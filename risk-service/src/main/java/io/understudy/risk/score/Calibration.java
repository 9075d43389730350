package io.understudy.risk.score;

import java.util.List;

/** How a head's margin becomes the probability that it claims to be. */
public sealed interface Calibration {
  /** No head is ever this sure. */
  double SUREST = 0.995;

  /** Calibrated probability in (0,1). */
  double probability(double margin);

  /**
   * Platt scaling: fits from 50 incidents.
   *
   * @param slope log odds per unit of margin, at least 0
   * @param intercept log odds at margin 0
   */
  record Platt(double slope, double intercept) implements Calibration {
    public Platt {
      if (!(slope >= 0) || !Double.isFinite(slope + intercept)) {
        throw new IllegalArgumentException("Platt scaling needs a finite slope of at least 0");
      }
    }

    @Override
    public double probability(double margin) {
      return Math.clamp(Logistic.probability(slope * margin + intercept), 1 - SUREST, SUREST);
    }
  }

  /**
   * Isotonic regression, straight lines between its knots: fits from 200 incidents.
   *
   * @param knots margins strictly rise, probabilities never fall
   */
  record Isotonic(List<Knot> knots) implements Calibration {
    /**
     * A point of the curve.
     *
     * @param margin log odds before calibration
     * @param probability what that turned out to mean, 0..1
     */
    public record Knot(double margin, double probability) {}

    public Isotonic {
      knots = List.copyOf(knots);
      if (knots.isEmpty()) {
        throw new IllegalArgumentException("isotonic calibration needs a knot");
      }
      Knot before = new Knot(Double.NEGATIVE_INFINITY, 0);
      for (Knot knot : knots) {
        boolean rises =
            knot.margin > before.margin
                && knot.probability >= before.probability
                && knot.probability <= 1;
        if (!rises) {
          throw new IllegalArgumentException("isotonic calibration must rise within 0..1");
        }
        before = knot;
      }
    }

    @Override
    public double probability(double margin) {
      Knot left = knots.getFirst();
      for (Knot right : knots) {
        if (margin <= right.margin) {
          return Math.clamp(between(left, right, margin), 1 - SUREST, SUREST);
        }
        left = right;
      }
      return Math.clamp(left.probability, 1 - SUREST, SUREST);
    }

    private static double between(Knot left, Knot right, double margin) {
      if (left.equals(right)) {
        return left.probability;
      }
      double part = (margin - left.margin) / (right.margin - left.margin);
      return left.probability + part * (right.probability - left.probability);
    }
  }

  /**
   * Too few incidents to fit anything: half way between the base rate and what the head says.
   *
   * @param baseRate part of the rows that are positive
   */
  record Shrunk(double baseRate) implements Calibration {
    public Shrunk {
      if (!(baseRate >= 0 && baseRate <= 1)) {
        throw new IllegalArgumentException("base rate " + baseRate + " is not in 0..1");
      }
    }

    @Override
    public double probability(double margin) {
      return Math.clamp((baseRate + Logistic.probability(margin)) / 2, 1 - SUREST, SUREST);
    }
  }
}
