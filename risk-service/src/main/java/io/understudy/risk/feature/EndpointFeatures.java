package io.understudy.risk.feature;

import java.util.Arrays;
import java.util.List;

/**
 * Everything remembered about one endpoint; owned by one thread.
 *
 * <p>Counts in samples, never in seconds, so that a row means the same at any sampling interval.
 */
public final class EndpointFeatures {
  /** From this age on a process counts as old, samples. */
  public static final int AGE_MAX = 240;

  /** From so many samples without a request on, the next request warms the process up anew. */
  public static final int IDLE_SAMPLES = 20;

  private final List<MetricFeatures> metrics =
      Arrays.stream(Metric.values()).map(MetricFeatures::new).toList();
  private final List<ResourceFeatures> resources =
      Arrays.stream(Resource.values()).map(ResourceFeatures::new).toList();
  private final HeapSteps heap = new HeapSteps();
  private final CrossFeatures cross = new CrossFeatures();
  private final FailureFeatures failures = new FailureFeatures();
  private long samples;
  private int age;
  private int idle;

  /** Takes the next sample. */
  public void accept(Sample sample) {
    int missing = 0;
    for (MetricFeatures metric : metrics) {
      missing += metric.push(sample) ? 0 : 1;
    }
    for (ResourceFeatures resource : resources) {
      resource.push(sample);
    }
    heap.push(sample);
    cross.push(metrics, (double) missing / Metric.COUNT);
    failures.push(sample);
    samples++;
    age = sample.restarted() || startsToServe(sample) ? 0 : Math.min(age + 1, AGE_MAX);
  }

  private boolean startsToServe(Sample sample) {
    double rate = sample.get(Metric.REQUEST_RATE);
    boolean starts = rate > 0 && idle >= IDLE_SAMPLES;
    if (rate > 0) {
      idle = 0;
    } else if (rate == 0) {
      idle++;
    }
    return starts;
  }

  /**
   * Samples since the process started, or since it got work after a while without any: both warm
   * up. As far as that was seen; at most 240.
   */
  public int age() {
    return age;
  }

  /** Samples taken so far. */
  public long samples() {
    return samples;
  }

  /**
   * Writes the row of the newest sample, {@link FeatureSchema#width} values from {@code offset}.
   */
  public void write(float[] matrix, int offset) {
    FeatureRow row = new FeatureRow(matrix, offset);
    for (MetricFeatures metric : metrics) {
      metric.write(row);
    }
    for (ResourceFeatures resource : resources) {
      resource.write(row);
    }
    heap.write(row);
    cross.write(row);
    failures.write(row);
    row.add(age);
    assert row.next() == offset + FeatureSchema.CURRENT.width();
  }
}
