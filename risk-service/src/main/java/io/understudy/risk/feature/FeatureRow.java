package io.understudy.risk.feature;

/** Writes features one after the other into a row of a matrix. */
final class FeatureRow {
  private final float[] matrix;
  private int next;

  FeatureRow(float[] matrix, int offset) {
    this.matrix = matrix;
    this.next = offset;
  }

  FeatureRow add(double value) {
    matrix[next++] = (float) value;
    return this;
  }

  int next() {
    return next;
  }
}
