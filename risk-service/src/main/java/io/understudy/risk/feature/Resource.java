package io.understudy.risk.feature;

/**
 * Something bounded whose exhaustion is a breach: the objective's budgets count as resources too.
 *
 * <p>{@code limit} is where users notice: a collector spirals before the heap is full.
 */
enum Resource {
  HEAP_ROOM(Metric.HEAP, 0.92),
  CONNECTION_POOL(Metric.CONNECTIONS, 1),
  MEDIAN_BUDGET(Metric.LATENCY_P50, 1),
  LATENCY_BUDGET(Metric.LATENCY_P99, 1),
  ERROR_BUDGET(Metric.ERROR_RATIO, 1);

  private final Metric metric;
  private final double limit;

  Resource(Metric metric, double limit) {
    this.metric = metric;
    this.limit = limit;
  }

  Metric metric() {
    return metric;
  }

  double limit() {
    return limit;
  }
}
