package io.understudy.risk;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.risk.RiskEngine.Name;
import io.understudy.risk.model.ModelStore;
import io.understudy.risk.model.RiskModel;
import io.understudy.risk.publish.Assessment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/**
 * The model that ships, on what the real sample application answered while its primary leaked 3
 * MB/s from 0 s on, and was killed at 60 s. The shadow served nobody until 40 s, some from then on,
 * and everybody after it took over.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RecordedDemonstrationTest {
  private static final double HEALTHY_SCORE_MAX = 0.3;
  private static final double ALARM = 0.5;
  private static final long HEAP_FULL_MILLIS = 52_000;
  private static final RiskEngine.Settings AS_IN_THE_DEMONSTRATION =
      new RiskEngine.Settings(Duration.ofMillis(250), Duration.ofSeconds(15), 1);

  private final RiskModel model = RiskModel.load(ModelStore.coldStart());

  /** What was said at a moment. */
  private record Said(long millis, double score) {}

  @AfterAll
  void closeModel() {
    model.close();
  }

  @Test
  void leakAlarmsLongBeforeTheHeapIsFullAndStaysAlarming() {
    List<Said> said = replay("leaking-primary.csv");
    long alarm =
        said.stream().filter(s -> s.score() >= ALARM).mapToLong(Said::millis).min().orElseThrow();
    assertThat(alarm).isBetween(0L, HEAP_FULL_MILLIS - 10_000);
    assertThat(said)
        .filteredOn(s -> s.millis() >= alarm && s.millis() < HEAP_FULL_MILLIS)
        .extracting(Said::score)
        .allSatisfy(score -> assertThat(score).isGreaterThan(HEALTHY_SCORE_MAX));
  }

  @Test
  void warmingUpAndHealthyPrimaryNeverAlarms() {
    assertThat(replay("leaking-primary.csv"))
        .filteredOn(said -> said.millis() < 0)
        .isNotEmpty()
        .extracting(Said::score)
        .allSatisfy(score -> assertThat(score).isLessThan(HEALTHY_SCORE_MAX));
  }

  @Test
  void standbyIsHealthyIdleWhenUsersComeAndAfterTheTakeOver() {
    assertThat(replay("standby-that-takes-over.csv"))
        .isNotEmpty()
        .extracting(Said::score)
        .allSatisfy(score -> assertThat(score).isLessThan(HEALTHY_SCORE_MAX));
  }

  private List<Said> replay(String recording) {
    RiskEngine engine =
        new RiskEngine(model, AS_IN_THE_DEMONSTRATION, List.of(new Name("orders", "eu-a")));
    List<Said> said = new ArrayList<>();
    for (Recording.Moment moment : Recording.read(recording)) {
      long wallMillis = 1_000_000 + moment.millis();
      for (Assessment each : engine.tick(List.of(moment.sample()), wallMillis)) {
        said.add(new Said(moment.millis(), each.score().score()));
        System.out.printf(
            "%s %d %.3f %s %n", recording, moment.millis(), each.score().score(), each.heads());
      }
    }
    return said;
  }
}
