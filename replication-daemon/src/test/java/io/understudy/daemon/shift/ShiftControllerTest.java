package io.understudy.daemon.shift;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.shift.ShiftInputs.ShadowHealth;
import io.understudy.daemon.shift.ShiftPolicy.Stage;
import io.understudy.daemon.shift.ShiftState.Armed;
import io.understudy.daemon.shift.ShiftState.Calm;
import io.understudy.daemon.shift.ShiftState.MovingBack;
import io.understudy.daemon.shift.ShiftState.Shifted;
import io.understudy.model.Cohort;
import io.understudy.model.Ramp;
import io.understudy.model.Share;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShiftControllerTest {
  private static final Instant START = Instant.EPOCH;
  private static final OperatorOrder NONE = new OperatorOrder.None();
  private static final ShiftPolicy POLICY =
      new ShiftPolicy(
          0.3,
          0.5,
          0.2,
          new Ramp(0.5, 0.9),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          0.02,
          List.of(
              new Stage(cohort("beta", "beta"), List.of(new Share(5_000), Share.ALL)),
              new Stage(cohort("everyone", null), List.of(new Share(1_000), Share.ALL))));
  private static final ShadowHealth FIT = new ShadowHealth(Duration.ofMillis(50), 0, true);

  private final ShiftController controller = new ShiftController(POLICY);

  @Test
  void calmStaysCalmBelowTheArmingLevel() {
    assertThat(next(new Calm(), 0.29, FIT, 0)).isInstanceOf(Calm.class);
  }

  @Test
  void armingLevelPreparesTheGatewayAndMovesNobody() {
    assertThat(next(new Calm(), 0.3, FIT, 0)).isEqualTo(new Armed(at(0), at(0)));
    assertThat(next(new Armed(at(0), at(0)), 0.49, FIT, 60).step()).isZero();
  }

  @Test
  void thresholdMovesTheFirstUsersOnceArmedLongEnough() {
    Armed armed = new Armed(at(0), at(0));
    assertThat(next(armed, 0.5, FIT, 9)).isInstanceOf(Armed.class);
    assertThat(next(armed, 0.5, FIT, 10)).isEqualTo(new Shifted(1, at(10), at(10)));
  }

  @Test
  void nobodyMovesToAShadowThatLacksUnmarkedWrites() {
    ShadowHealth lacking = new ShadowHealth(Duration.ZERO, 0, false);
    assertThat(next(new Armed(at(0), at(0)), 0.9, lacking, 60)).isInstanceOf(Armed.class);
  }

  @Test
  void eachStepBakes() {
    Shifted first = new Shifted(1, at(0), at(0));
    assertThat(next(first, 0.9, FIT, 9).step()).isEqualTo(1);
    assertThat(next(first, 0.9, FIT, 10).step()).isEqualTo(2);
  }

  @Test
  void lastStepIsTheCeiling() {
    assertThat(next(new Shifted(4, at(0), at(0)), 1.0, FIT, 1_000).step()).isEqualTo(4);
  }

  @Test
  void lagHoldsWithoutMovingAnyoneBack() {
    ShadowHealth late = new ShadowHealth(Duration.ofMillis(1_001), 0, true);
    assertThat(next(new Shifted(2, at(0), at(0)), 0.9, late, 60))
        .isEqualTo(new Shifted(2, at(0), at(60)));
  }

  @Test
  void errorsOfTheShadowMoveUsersBackStepByStep() {
    ShadowHealth failing = new ShadowHealth(Duration.ZERO, 0.03, true);
    ShiftState back = next(new Shifted(3, at(0), at(0)), 0.9, failing, 1);
    assertThat(back).isEqualTo(new MovingBack(2, at(1)));
    assertThat(next(back, 0.9, failing, 5)).isEqualTo(back);
    assertThat(next(back, 0.9, failing, 6)).isEqualTo(new MovingBack(1, at(6)));
    assertThat(next(new MovingBack(1, at(6)), 0.9, failing, 11))
        .isEqualTo(new Armed(at(11), at(11)));
  }

  @Test
  void usersComeBackOnlyAfterACalmPeriod() {
    Shifted shifted = new Shifted(2, at(0), at(100));
    assertThat(next(shifted, 0.1, FIT, 129)).isEqualTo(shifted);
    assertThat(next(shifted, 0.1, FIT, 130)).isEqualTo(new MovingBack(1, at(130)));
  }

  @Test
  void riskBetweenLeaveAndThresholdKeepsUsersWhereTheyAre() {
    assertThat(next(new Shifted(2, at(0), at(0)), 0.4, FIT, 1_000).step()).isEqualTo(2);
  }

  @Test
  void unknownRiskFreezes() {
    ShiftInputs unknown = new ShiftInputs(OptionalDouble.empty(), Optional.of(FIT));
    Shifted shifted = new Shifted(2, at(0), at(0));
    assertThat(controller.next(shifted, unknown, NONE, at(1_000)).state()).isEqualTo(shifted);
  }

  @Test
  void shadowThatIsGoneServesNobodyAtOnce() {
    ShiftInputs alone = new ShiftInputs(OptionalDouble.of(0.9), Optional.empty());
    assertThat(controller.next(new Shifted(4, at(0), at(0)), alone, NONE, at(1)).state())
        .isEqualTo(new Armed(at(1), at(1)));
  }

  @Test
  void freezeHoldsExceptWhenTheShadowIsGone() {
    OperatorOrder freeze = new OperatorOrder.Freeze(at(9_999));
    Shifted shifted = new Shifted(1, at(0), at(0));
    ShiftInputs risky = new ShiftInputs(OptionalDouble.of(0.9), Optional.of(FIT));
    ShiftInputs alone = new ShiftInputs(OptionalDouble.of(0.9), Optional.empty());
    assertThat(controller.next(shifted, risky, freeze, at(60)).state()).isEqualTo(shifted);
    assertThat(controller.next(shifted, alone, freeze, at(60)).state().step()).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void noiseNeverBreaksTheRules(long seed) {
    Random random = new Random(seed);
    ShiftState state = new Calm();
    Instant lastUp = Instant.MIN;
    for (int tick = 0; tick < 20_000; tick++) {
      Instant now = START.plusMillis(tick * 500L);
      Optional<ShadowHealth> shadow = randomShadow(random);
      OptionalDouble risk =
          random.nextInt(20) == 0 ? OptionalDouble.empty() : OptionalDouble.of(random.nextDouble());
      ShiftState before = state;
      state = controller.next(state, new ShiftInputs(risk, shadow), NONE, now).state();
      String place = "seed " + seed + ", tick " + tick + ": " + before + " -> " + state;
      assertThat(state.step()).as(place).isLessThanOrEqualTo(before.step() + 1);
      if (shadow.isEmpty()) {
        assertThat(state.step()).as(place).isZero();
      }
      if (state.step() > before.step()) {
        assertThat(risk.orElse(0)).as(place).isGreaterThanOrEqualTo(POLICY.threshold());
        assertThat(shadow.orElseThrow().lag()).as(place).isLessThanOrEqualTo(POLICY.lagMax());
        assertThat(now).as(place).isAfterOrEqualTo(lastUp.plus(POLICY.bake()));
        lastUp = now;
      }
    }
  }

  private static Optional<ShadowHealth> randomShadow(Random random) {
    return random.nextInt(50) == 0
        ? Optional.empty()
        : Optional.of(
            new ShadowHealth(
                Duration.ofMillis(random.nextInt(1_100)),
                random.nextInt(100) == 0 ? 0.5 : 0,
                random.nextInt(10) > 0));
  }

  private ShiftState next(ShiftState state, double risk, ShadowHealth shadow, long second) {
    ShiftInputs inputs = new ShiftInputs(OptionalDouble.of(risk), Optional.of(shadow));
    return controller.next(state, inputs, NONE, at(second)).state();
  }

  private static Instant at(long second) {
    return START.plusSeconds(second);
  }

  private static Cohort cohort(String name, @Nullable String group) {
    return new Cohort(name, group, null, null, null, Share.NONE);
  }
}
