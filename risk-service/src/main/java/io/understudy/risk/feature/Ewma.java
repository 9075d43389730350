package io.understudy.risk.feature;

/** Exponentially weighted mean; a missing value changes nothing. */
final class Ewma {
  private final double weight;
  private double value = Double.NaN;

  Ewma(double weight) {
    this.weight = weight;
  }

  void push(double next) {
    if (Double.isNaN(next)) {
      return;
    }
    value = Double.isNaN(value) ? next : value + weight * (next - value);
  }

  double get() {
    return value;
  }
}
