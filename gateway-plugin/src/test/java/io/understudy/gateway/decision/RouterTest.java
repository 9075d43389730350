package io.understudy.gateway.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.AppliedClock;
import io.understudy.model.Bucket;
import io.understudy.model.Cohort;
import io.understudy.model.RiskScore;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouterTest {
  private static final long NOW = Plans.ISSUED + 1_000;
  private static final int ADAS_BUCKET = Bucket.of(Bucket.salt("orders"), "ada");

  @Test
  void settledCookieDecidesWhateverTheUserKeyIs() {
    ServiceView view = view(Plans.sharing(2500));

    assertThat(decide(view, "2499")).isEqualTo(shadow(Reason.SETTLED));
    assertThat(decide(view, "2500")).isEqualTo(primary(Reason.SETTLED));
    assertThat(setCookie(view, "2499")).isNull();
  }

  @Test
  void leadingZerosAreTheSameBucket() {
    assertThat(decide(view(Plans.sharing(43)), "0042")).isEqualTo(shadow(Reason.SETTLED));
  }

  @Test
  void firstTouchIsSettledByTheHashOfTheUserKey() {
    ServiceView view = view(Plans.sharing(ADAS_BUCKET + 1));

    assertThat(decide(view, null)).isEqualTo(shadow(Reason.FIRST_TOUCH));
    assertThat(setCookie(view, null))
        .isEqualTo("us_b=" + ADAS_BUCKET + "; Path=/; HttpOnly; SameSite=Lax");
    assertThat(decide(view(Plans.sharing(ADAS_BUCKET)), null))
        .isEqualTo(primary(Reason.FIRST_TOUCH));
  }

  @Test
  void cookieThatIsNotOursCountsAsNone() {
    ServiceView view = view(Plans.sharing(10_000));
    for (String cookie : new String[] {"", "10000", "00001", "-1", "1e3", "٣", "x"}) {
      assertThat(decide(view, cookie)).as(cookie).isEqualTo(shadow(Reason.FIRST_TOUCH));
    }
  }

  @Test
  void writerIsPinnedFromNowOn() {
    ServiceView view = view(Plans.sharing(10_000));

    assertThat(decide(view, "w")).isEqualTo(primary(Reason.RECENT_WRITE));
    assertThat(setCookie(view, "w")).isEqualTo("us_b=w" + NOW + "; Path=/; HttpOnly; SameSite=Lax");
  }

  @Test
  void barrierThatCannotBeReadOrLiesAheadPinsAnew() {
    ServiceView view = view(Plans.sharing(10_000));
    for (String cookie : new String[] {"w" + (NOW + 1), "wx", "w-1", "w9999999999999999999"}) {
      assertThat(decide(view, cookie)).as(cookie).isEqualTo(primary(Reason.RECENT_WRITE));
    }
  }

  @Test
  void writerReturnsOnlyWhenTheServingShadowHasPassedItsBarrier() {
    long barrier = NOW - 500;
    String cookie = "w" + barrier;
    ShiftPlan plan = Plans.sharing(10_000);

    assertThat(decide(view(plan), cookie)).isEqualTo(primary(Reason.PINNED));
    assertThat(decide(view(plan, clock("eu-b", 1, barrier + 49)), cookie))
        .isEqualTo(primary(Reason.PINNED));
    assertThat(decide(view(plan, clock("eu-b", 2, barrier + 50)), cookie))
        .as("clock of another epoch")
        .isEqualTo(primary(Reason.PINNED));
    assertThat(decide(view(plan, clock("us-a", 1, barrier + 50)), cookie))
        .as("clock of another shadow")
        .isEqualTo(primary(Reason.PINNED));

    ServiceView caughtUp = view(plan, clock("eu-b", 1, barrier + 50));
    assertThat(decide(caughtUp, cookie)).isEqualTo(shadow(Reason.RETURNED));
    assertThat(setCookie(caughtUp, cookie)).startsWith("us_b=" + ADAS_BUCKET + ";");
  }

  @Test
  void onlyReadsShift() {
    ServiceView view = view(Plans.sharing(10_000));
    for (String method : new String[] {"POST", "PUT", "PATCH", "DELETE", "LOCK"}) {
      assertThat(Router.decide(request(method, "/orders", null, "0"), view, NOW))
          .isEqualTo(primary(Reason.WRITE_METHOD));
    }
    for (String method : new String[] {"GET", "HEAD", "OPTIONS"}) {
      assertThat(Router.decide(request(method, "/orders", null, "0"), view, NOW))
          .isEqualTo(shadow(Reason.SETTLED));
    }
  }

  @Test
  void withoutAShadowEverybodyStaysAndNoCookieIsSet() {
    ServiceView view = view(Plans.orders(null, List.of(Plans.everybody(10_000))));

    assertThat(decide(view, null)).isEqualTo(primary(Reason.NO_SHADOW));
    assertThat(setCookie(view, null)).isNull();
  }

  @Test
  void firstMatchingCohortAloneCounts() {
    Cohort beta = new Cohort("beta", "beta", null, null, null, new Share(0));
    Cohort cart = new Cohort("cart", null, "eu", "GET", "/cart", new Share(10_000));
    ServiceView view = view(Plans.orders("eu-b", List.of(beta, cart)));

    assertThat(Router.decide(request("GET", "/cart/1", "beta", "0"), view, NOW).side())
        .isEqualTo(Side.PRIMARY);
    assertThat(Router.decide(request("GET", "/cart/1", null, "9999"), view, NOW).side())
        .isEqualTo(Side.SHADOW);
    assertThat(Router.decide(request("HEAD", "/cart/1", null, "0"), view, NOW).side())
        .as("no cohort")
        .isEqualTo(Side.PRIMARY);
  }

  @Test
  void stalePlanIsCappedByTheRampAtAFreshScoreOfThePrimary() {
    ShiftPlan plan = Plans.sharing(8_000);
    long late = Plans.ISSUED + Plans.MAX_AGE + 1;

    // Ramp 0.2..0.8 at 0.5 is half.
    assertThat(at(late, view(plan, score("eu-a", 0.5, late)), "4998")).isEqualTo(Side.SHADOW);
    assertThat(at(late, view(plan, score("eu-a", 0.5, late)), "5001")).isEqualTo(Side.PRIMARY);
    assertThat(at(late, view(plan, score("eu-a", 1, late)), "8000"))
        .as("the ramp never raises a share")
        .isEqualTo(Side.PRIMARY);
    assertThat(at(late, view(plan, score("eu-a", 1, late - 15_001)), "0"))
        .as("old score")
        .isEqualTo(Side.PRIMARY);
    assertThat(at(late, view(plan, score("eu-b", 1, late)), "0"))
        .as("score of another endpoint")
        .isEqualTo(Side.PRIMARY);
    assertThat(at(late, view(plan), "0")).isEqualTo(Side.PRIMARY);
    assertThat(at(late - 1, view(plan), "0")).as("not stale yet").isEqualTo(Side.SHADOW);
  }

  @Test
  void planFromTheFarFutureIsStaleToo() {
    ServiceView view = view(Plans.sharing(10_000));

    assertThat(at(Plans.ISSUED - Plans.MAX_AGE - 1, view, "0")).isEqualTo(Side.PRIMARY);
    assertThat(at(Long.MIN_VALUE, view, "0")).isEqualTo(Side.PRIMARY);
    assertThat(at(Long.MAX_VALUE, view, "0")).isEqualTo(Side.PRIMARY);
  }

  private static Side at(long nowMillis, ServiceView view, String cookie) {
    return Router.decide(request("GET", "/orders", null, cookie), view, nowMillis).side();
  }

  private static Decision decide(ServiceView view, @Nullable String cookie) {
    return Router.decide(request("GET", "/orders", null, cookie), view, NOW);
  }

  private static @Nullable String setCookie(ServiceView view, @Nullable String cookie) {
    Attributes request = request("GET", "/orders", null, cookie);
    Decision decision = Router.decide(request, view, NOW);
    return view.plan().setCookie(decision, request, NOW).orElse(null);
  }

  private static Attributes request(
      String method, String path, @Nullable String group, @Nullable String cookie) {
    return new Attributes(method, path, "ada", group, "eu", cookie);
  }

  private static ServiceView view(ShiftPlan plan) {
    return new ServiceView(PreparedPlan.of(plan, Limits.DEFAULT), null, null);
  }

  private static ServiceView view(ShiftPlan plan, AppliedClock clock) {
    return new ServiceView(PreparedPlan.of(plan, Limits.DEFAULT), null, clock);
  }

  private static ServiceView view(ShiftPlan plan, RiskScore score) {
    return new ServiceView(PreparedPlan.of(plan, Limits.DEFAULT), score, null);
  }

  private static AppliedClock clock(String endpoint, long epoch, long readingMillis) {
    return new AppliedClock("orders", endpoint, epoch, readingMillis);
  }

  private static RiskScore score(String endpoint, double score, long atMillis) {
    return new RiskScore("orders", endpoint, score, 60, "m1", atMillis, List.of());
  }

  private static Decision primary(Reason reason) {
    return new Decision(Side.PRIMARY, reason, "eu-a");
  }

  private static Decision shadow(Reason reason) {
    return new Decision(Side.SHADOW, reason, "eu-b");
  }
}
