package io.understudy.risk.train;

import io.understudy.risk.feature.FeatureSchema;
import io.understudy.risk.score.Rule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Finds the best simple rule for a question, by area under the precision-recall curve. */
final class RuleChoice {
  private static final Map<String, List<String>> CANDIDATES = candidates();

  private RuleChoice() {}

  /**
   * The winner and what every candidate reached.
   *
   * @param rule fitted
   * @param areas area under the precision-recall curve by name
   */
  record Chosen(Rule rule, Map<String, Double> areas) {}

  static Chosen best(Question question) {
    Map<String, Double> areas = areas(question);
    String name =
        areas.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    List<Integer> columns = columns(name);
    LogisticFit fit = LogisticFit.of(question.signals(columns), question);
    return new Chosen(new Rule(name, columns, fit.intercept(), fit.slope()), areas);
  }

  static Map<String, Double> areas(Question question) {
    Map<String, Double> areas = new LinkedHashMap<>();
    for (String name : CANDIDATES.keySet()) {
      double[] signals = question.signals(columns(name));
      areas.put(name, AveragePrecision.of(signals, question.answers(), question.weights()));
    }
    return areas;
  }

  private static List<Integer> columns(String name) {
    List<String> features = CANDIDATES.getOrDefault(name, List.of());
    return features.stream().map(FeatureSchema.CURRENT::column).toList();
  }

  private static Map<String, List<String>> candidates() {
    Map<String, List<String>> candidates = new LinkedHashMap<>();
    candidates.put("static threshold", List.of("latency_p99.mean5", "error_ratio.mean5"));
    candidates.put("objective", List.of("breach.mean5"));
    candidates.put("EWMA of errors", List.of("error_ratio.ewma20"));
    candidates.put("EWMA-z", List.of("zTop3.mean15"));
    candidates.put("predict_linear", List.of("heap.pressure60", "connections.pressure60"));
    candidates.put(
        "collections and connections", List.of("heap.stepPressure4", "connections.pressure60"));
    for (int length : List.of(15, 60, 180)) {
      candidates.put(
          "pressure" + length,
          FeatureSchema.CURRENT.names().stream()
              .filter(feature -> feature.endsWith(".pressure" + length))
              .toList());
    }
    return candidates;
  }
}
