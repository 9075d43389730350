package io.understudy.risk.feature;

/**
 * One column of the matrix.
 *
 * @param name unique, for example {@code heap.mean60}
 * @param metric what it is about, for explanations: a metric's key, or {@code all}
 * @param direction 1 if more of it may never lower the risk, else 0
 */
public record Feature(String name, String metric, int direction) {
  /** Metric of the features that look across metrics. */
  public static final String ALL = "all";
}
