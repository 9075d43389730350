package io.understudy.testbed.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testbed.check.Answer.Failed;
import io.understudy.testbed.check.Answer.Shown;
import io.understudy.testbed.check.Operation.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SloWatchTest {
  private static final SloWatch WATCH =
      new SloWatch(Duration.ofMillis(250), 0.01, Duration.ofSeconds(5), 100);

  @Test
  void quickAnswersNeverBreach() {
    assertThat(WATCH.firstBreach(calls(1_000, 10))).isEmpty();
  }

  @Test
  void oneSlowAnswerInAHundredIsInsideTheObjective() {
    List<Call> calls = calls(99, 10);
    calls.add(call(990, 400));

    assertThat(WATCH.firstBreach(calls)).isEmpty();
  }

  @Test
  void breachIsWhenTheSecondSlowAnswerInAHundredEnds() {
    List<Call> calls = calls(98, 10);
    calls.add(call(980, 400));
    calls.add(call(990, 500));

    assertThat(WATCH.firstBreach(calls)).hasValue(Duration.ofMillis(1_490).toNanos());
  }

  @Test
  void failuresBreachHoweverQuick() {
    List<Call> calls = calls(98, 10);
    for (int i = 0; i < 2; i++) {
      Span span = call(980 + i, 1).span();
      calls.add(new Call(span, "ann", new Read("o1"), new Failed(500, "eu-a", "")));
    }

    assertThat(WATCH.firstBreach(calls)).hasValue(Duration.ofMillis(982).toNanos());
  }

  @Test
  void fewCallsAreNotJudged() {
    assertThat(WATCH.firstBreach(calls(99, 900))).isEmpty();
  }

  /** A call every 10 ms. */
  private static List<Call> calls(int count, int millis) {
    List<Call> calls = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      calls.add(call(i * 10L, millis));
    }
    return calls;
  }

  private static Call call(long startMillis, int millis) {
    Span span =
        new Span(
            Duration.ofMillis(startMillis).toNanos(),
            Duration.ofMillis(startMillis + millis).toNanos());
    return new Call(span, "ann", new Read("o1"), new Shown("eu-a", new StoredOrder("ann", 1, 1)));
  }
}
