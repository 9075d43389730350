package io.understudy.risk;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.risk.RecordedApplication.Trouble;
import io.understudy.risk.feature.EndpointFeatures;
import io.understudy.risk.feature.FeatureSchema;
import io.understudy.risk.feature.Objective;
import io.understudy.risk.feature.Sample;
import io.understudy.risk.model.ModelStore;
import io.understudy.risk.model.RiskModel;
import io.understudy.risk.score.EndpointRisk;
import io.understudy.risk.score.EndpointRisk.Maturity;
import io.understudy.risk.score.Estimate;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The model that ships, on a process as the demonstration runs it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SampleApplicationReplayTest {
  private static final int SEEDS = 12;
  private static final double WARM_UP_SECONDS = 15;
  private static final int DETECTION_TICKS_MAX = 2;
  // A few slow answers in a row are a reason to look up, never to move users.
  private static final double HEALTHY_SCORE_MAX = 0.45;
  private static final int NEVER = 1_000_000;

  private final RiskModel model = RiskModel.load(ModelStore.coldStart());

  /** How one replay went: samples and scores around the breach. */
  private record Outcome(double highest, int highestAt, int alarmAt, int breachAt) {
    int lead() {
      return breachAt - alarmAt;
    }
  }

  @BeforeAll
  void modelIsThere() {
    assertThat(model.heads()).isNotEmpty();
  }

  @AfterAll
  void closeModel() {
    model.close();
  }

  @ParameterizedTest
  @CsvSource({"1", "4"})
  void healthyApplicationNeverAlarms(double samplesPerSecond) {
    int healthy = 0;
    for (long seed = 1; seed <= SEEDS; seed++) {
      Outcome outcome = replay(new RecordedApplication(seed, samplesPerSecond, Trouble.NONE, 1));
      System.out.printf("healthy %s/s seed %d: %s%n", samplesPerSecond, seed, outcome);
      if (outcome.breachAt() == NEVER) { // three stalls in five samples are a breach, not health
        assertThat(outcome.highest()).as("seed %d", seed).isLessThan(HEALTHY_SCORE_MAX);
        healthy++;
      }
    }
    assertThat(healthy).isGreaterThanOrEqualTo(SEEDS - 2);
  }

  @ParameterizedTest
  @CsvSource({"1,LEAK,30", "1,LEAK,60", "4,LEAK,30", "4,LEAK,60", "1,SLOW,60", "4,SLOW,40"})
  void growingTroubleAlarmsBeforeTheBreach(
      double samplesPerSecond, Trouble trouble, double growSeconds) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Outcome outcome =
          replay(new RecordedApplication(seed, samplesPerSecond, trouble, growSeconds));
      System.out.printf(
          "%s in %.0f s at %s/s seed %d: lead %d %s%n",
          trouble, growSeconds, samplesPerSecond, seed, outcome.lead(), outcome);
      assertThat(outcome.lead()).as("seed %d", seed).isGreaterThanOrEqualTo(10);
    }
  }

  @ParameterizedTest
  @CsvSource({"1,30", "4,40"})
  void risingLossAlarmsWithinTwoTicksOfTheBreach(double samplesPerSecond, double growSeconds) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Outcome outcome =
          replay(new RecordedApplication(seed, samplesPerSecond, Trouble.LOSS, growSeconds));
      System.out.printf(
          "LOSS %s/s seed %d: lead %d %s%n", samplesPerSecond, seed, outcome.lead(), outcome);
      assertThat(outcome.lead()).as("seed %d", seed).isGreaterThanOrEqualTo(-DETECTION_TICKS_MAX);
    }
  }

  private Outcome replay(RecordedApplication application) {
    EndpointFeatures features = new EndpointFeatures();
    EndpointRisk risk = new EndpointRisk(model.heads().size());
    float[] row = new float[FeatureSchema.CURRENT.width()];
    Deque<Boolean> lastBreaches = new ArrayDeque<>();
    double highest = 0;
    int highestAt = 0;
    int breachAt = NEVER;
    int alarmAt = NEVER;
    int tick = 0;
    while (application.second() < 240) {
      Sample sample = application.next();
      features.accept(sample);
      features.write(row, 0);
      Maturity maturity =
          application.second() < WARM_UP_SECONDS
              ? Maturity.NEW
              : Maturity.of(features.samples(), features.age(), application.trendSamples());
      Estimate estimate = risk.next(probabilities(row), sample, maturity);
      boolean inTrouble = application.inTrouble();
      if (inTrouble && estimate.score() > 0.5 && alarmAt == NEVER) {
        alarmAt = tick;
      }
      lastBreaches.addLast(Objective.breached(sample));
      if (lastBreaches.size() > 5) {
        lastBreaches.removeFirst();
      }
      if (inTrouble && estimate.score() > highest) {
        highest = estimate.score();
        highestAt = tick;
      }
      if (inTrouble && lastBreaches.stream().filter(b -> b).count() >= 3) {
        breachAt = Math.min(breachAt, tick);
      }
      if (tick >= breachAt + DETECTION_TICKS_MAX) {
        break;
      }
      tick++;
    }
    return new Outcome(highest, highestAt, alarmAt, breachAt);
  }

  private double[] probabilities(float[] row) {
    float[][] margins = model.margins(row, 1);
    double[] probabilities = new double[margins.length];
    for (int head = 0; head < probabilities.length; head++) {
      probabilities[head] = model.probability(head, margins[head][0]);
    }
    return probabilities;
  }
}
