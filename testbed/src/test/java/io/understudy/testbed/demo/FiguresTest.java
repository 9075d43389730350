package io.understudy.testbed.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testbed.check.Answer;
import io.understudy.testbed.check.Answer.Acknowledged;
import io.understudy.testbed.check.Answer.Failed;
import io.understudy.testbed.check.Answer.Shown;
import io.understudy.testbed.check.Call;
import io.understudy.testbed.check.Operation;
import io.understudy.testbed.check.Operation.Create;
import io.understudy.testbed.check.Operation.Read;
import io.understudy.testbed.check.SloWatch;
import io.understudy.testbed.check.Span;
import io.understudy.testbed.check.StoredOrder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * Healthy from 5 s on, fault at 10 s, kill at 20 s, first acknowledgement of the successor at 23 s.
 */
class FiguresTest {
  private static final SloWatch OBJECTIVE =
      new SloWatch(Duration.ofMillis(250), 0.01, Duration.ofSeconds(5), 1);

  private final List<Call> calls = new ArrayList<>();
  private final List<Long> alarms = new ArrayList<>();

  @Test
  void failuresAreCountedBySideOfTheTakeOver() {
    call(1_000, 10, new Create("o1", 1), new Acknowledged("eu-a", 1));
    call(19_990, 20, new Create("o2", 1), new Failed(0, "", "closed"));
    call(20_500, 10, new Create("o3", 1), new Failed(503, "eu-b", "not-primary"));
    call(22_990, 100, new Create("o4", 1), new Failed(503, "", ""));
    call(23_500, 10, new Create("o5", 1), new Failed(503, "", ""));
    call(24_000, 10, new Read("o1"), new Failed(500, "", ""));

    Figures figures = figures();

    assertThat(figures.failedReads()).isEqualTo(1);
    assertThat(figures.failedWrites()).isEqualTo(4);
    assertThat(figures.inFlightWritesAtKill()).isEqualTo(1);
    assertThat(figures.failedWritesOutsideTakeOver()).isEqualTo(1);
    assertThat(figures.acknowledgedWrites()).isEqualTo(1);
    assertThat(figures.takeoverMillis()).hasValue(3_000);
    assertThat(broken(Scenario.CRASH))
        .contains(
            "1 reads failed, expected none",
            "1 acknowledged writes, expected at least 1000",
            "1 writes failed outside the take-over");
  }

  @Test
  void alarmLeadsTheKillIfNobodyFeltTheFault() {
    alarms.add(nanos(14_000));
    call(15_000, 10, new Read("o1"), shown("eu-a"));

    assertThat(figures().alarmLeadSeconds()).hasValue(6);
    assertThat(figures().falseAlarms()).isZero();
  }

  @Test
  void alarmAfterPeopleFeltTheFaultIsTooLate() {
    alarms.add(nanos(14_000));
    call(12_500, 500, new Read("o1"), shown("eu-a"));

    assertThat(figures().alarmLeadSeconds()).hasValue(-1);
    assertThat(broken(Scenario.DEGRADE)).contains("the alarm came 1.0 s too late");
  }

  @Test
  void slowShadowIsNotAnAlarmMissed() {
    alarms.add(nanos(14_000));
    call(12_500, 500, new Read("o1"), shown("eu-b"));

    assertThat(figures().alarmLeadSeconds()).hasValue(6);
  }

  @Test
  void alarmBeforeTheFaultIsFalse() {
    alarms.add(nanos(9_000));

    assertThat(figures().falseAlarms()).isEqualTo(1);
    assertThat(broken(Scenario.DEGRADE))
        .contains("1 alarms before the fault began, expected none", "there was no alarm");
  }

  @Test
  void alarmWhileEverythingStillStartsIsNotJudged() {
    alarms.add(nanos(4_000));

    assertThat(figures().falseAlarms()).isZero();
  }

  @Test
  void readsInPlaceOfAnotherEndpointMoveNobody() {
    call(15_000, 10, new Read("o1"), new Shown("eu-b", new StoredOrder("ann", 1, 1), true));

    assertThat(figures().usersServedByShadowBeforeKill()).isZero();
  }

  @Test
  void onlyReadsOfTheShadowBeforeTheKillCount() {
    call(15_000, 10, new Read("o1"), shown("eu-b"));
    call(15_000, 10, new Read("o1"), shown("eu-a"));
    call(19_995, 10, new Read("o1"), shown("eu-b"));

    assertThat(figures().usersServedByShadowBeforeKill()).isEqualTo(1);
  }

  @Test
  void lastLineHasEveryKey() {
    assertThat(figures().json(true).fieldNames())
        .containsExactly(
            "failedReads",
            "failedWrites",
            "inFlightWritesAtKill",
            "lostAcknowledgedWrites",
            "acknowledgedWrites",
            "falseAlarms",
            "alarmLeadSeconds",
            "takeoverMillis",
            "maxShareBp",
            "usersServedByShadowBeforeKill",
            "ok");
  }

  private Figures figures() {
    Figures.Moments moments =
        new Figures.Moments(
            nanos(5_000),
            nanos(10_000),
            alarms,
            nanos(20_000),
            OptionalLong.of(nanos(23_000)),
            "eu-a",
            5_000);
    return Figures.of(calls, List.of(), moments, OBJECTIVE);
  }

  private List<String> broken(Scenario scenario) {
    return Promises.broken(scenario, figures(), List.of(), 500);
  }

  private void call(long atMillis, long millis, Operation operation, Answer answer) {
    Span span = new Span(nanos(atMillis), nanos(atMillis + millis));
    calls.add(new Call(span, "ann" + calls.size(), operation, answer));
  }

  private static Shown shown(String endpoint) {
    return new Shown(endpoint, new StoredOrder("ann", 1, 1));
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
