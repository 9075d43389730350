package io.understudy.risk.feature;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The columns of the matrix in order: what a model was trained on and what it is given must agree.
 *
 * @param version grows when the meaning of a name changes
 * @param features the columns
 */
public record FeatureSchema(int version, List<Feature> features) {
  /** What {@link EndpointFeatures#write} writes. */
  public static final FeatureSchema CURRENT = new FeatureSchema(2, columns());

  public FeatureSchema {
    features = List.copyOf(features);
  }

  public int width() {
    return features.size();
  }

  public List<String> names() {
    return features.stream().map(Feature::name).toList();
  }

  /**
   * Column of a feature.
   *
   * @throws IllegalArgumentException if there is none of that name
   */
  public int column(String name) {
    int column = names().indexOf(name);
    if (column < 0) {
      throw new IllegalArgumentException("no feature is called '" + name + "'");
    }
    return column;
  }

  /** sha256 over version and names, lower-case hexadecimal. */
  public String sha256() {
    String text = version + "\n" + String.join("\n", names());
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static List<Feature> columns() {
    List<Feature> features = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      MetricFeatures.describe(metric, features);
    }
    for (Resource resource : Resource.values()) {
      ResourceFeatures.describe(resource, features);
    }
    HeapSteps.describe(features);
    CrossFeatures.describe(features);
    FailureFeatures.describe(features);
    features.add(new Feature("age", "age", 0));
    return features;
  }
}
