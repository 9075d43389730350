package io.understudy.risk.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.risk.model.Digest;
import io.understudy.risk.model.ModelStore;
import io.understudy.risk.model.RiskModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

final class TrainerTest {
  private static final TrainingPlan TINY =
      new TrainingPlan(1, 12, 6, 3, 900, 5, java.util.List.of(30));

  @Test
  void samePlanMakesTheSameBytes() {
    Map<String, String> once = sums(new Trainer(TINY).train());
    Map<String, String> again = sums(new Trainer(TINY).train());
    assertThat(once).isEqualTo(again).containsKeys("nowcast.ubj", "forecast-30.ubj", "model.json");
  }

  @Test
  void trainedModelLoadsAndIsReported() {
    SequencedMap<String, byte[]> files = new Trainer(TINY).train();
    try (RiskModel model = RiskModel.load(store(files))) {
      assertThat(new Evaluation(TINY, model).report())
          .contains("3 unseen endpoints")
          .contains("nowcast")
          .contains("1 false alarm per week");
    }
  }

  @Test
  void populationsShareNoSeed() {
    TrainingPlan plan = TrainingPlan.standard(5);
    assertThat(plan.trainingSeed(plan.trainingEndpoints())).isLessThan(plan.calibrationSeed(0));
    assertThat(plan.calibrationSeed(plan.calibrationEndpoints())).isLessThan(plan.testSeed(0));
  }

  private static ModelStore store(Map<String, byte[]> files) {
    return name -> {
      byte[] content = files.get(name);
      if (content == null) {
        throw new IOException(name);
      }
      InputStream in = new ByteArrayInputStream(content);
      return in;
    };
  }

  private static Map<String, String> sums(Map<String, byte[]> files) {
    return files.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> Digest.sha256(e.getValue())));
  }
}
