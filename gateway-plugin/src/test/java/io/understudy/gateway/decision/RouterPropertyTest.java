package io.understudy.gateway.decision;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.AppliedClock;
import io.understudy.model.Bucket;
import io.understudy.model.Cohort;
import io.understudy.model.RiskScore;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random plans and requests; replay one with {@code -Dunderstudy.seed=N}. */
class RouterPropertyTest {
  private static final int CASES = 100_000;

  private final long seed = Long.getLong("understudy.seed", new SplittableRandom().nextLong());
  private final SplittableRandom random = new SplittableRandom(seed);

  @Test
  void agreesWithTheOracle() {
    int shadows = 0;
    for (int i = 0; i < CASES; i++) {
      ShiftPlan plan = plan();
      RiskScore score = chance(3) ? null : score(plan);
      AppliedClock clock = chance(3) ? null : clock();
      long now = Plans.ISSUED + random.nextLong(-15_000, 15_000);
      Attributes request = request();
      ServiceView view = new ServiceView(PreparedPlan.of(plan, Limits.DEFAULT), score, clock);

      Decision decision = Router.decide(request, view, now);
      String cookie = view.plan().setCookie(decision, request, now).orElse("");

      RouterOracle oracle = new RouterOracle(plan, score, clock, now);
      assertThat(decision.side() + " " + cookie)
          .as("seed %d case %d: %s %s %s %s at %d", seed, i, request, plan, score, clock, now)
          .isEqualTo(oracle.answer(request));
      shadows += decision.side() == Side.SHADOW ? 1 : 0;
    }
    assertThat(shadows).as("seed %d: the cases must reach the shadow", seed).isGreaterThan(1000);
  }

  @Test
  void growingShareOnlyAddsUsersAndMovesExactlyThoseItCrosses() {
    for (int i = 0; i < CASES / 100; i++) {
      int low = random.nextInt(Share.WHOLE + 1);
      int high = random.nextInt(low, Share.WHOLE + 1);
      ServiceView before = view(Plans.sharing(low));
      ServiceView after = view(Plans.sharing(high));
      for (int user = 0; user < 50; user++) {
        Attributes request = reader("user-" + random.nextInt(), null);
        int bucket = Bucket.of(Bucket.salt("orders"), request.userKey());
        boolean moved = side(request, before) != side(request, after);

        assertThat(moved).as("seed %d", seed).isEqualTo(low <= bucket && bucket < high);
        assertThat(side(request, before) == Side.SHADOW && side(request, after) == Side.PRIMARY)
            .as("seed %d: %s left the shadow while the share grew", seed, request)
            .isFalse();
      }
    }
  }

  @Test
  void shareOfOneCohortNeverMovesUsersOfAnother() {
    for (int i = 0; i < CASES / 10; i++) {
      Cohort beta = new Cohort("beta", "beta", null, null, null, share());
      Cohort rest = Plans.everybody(random.nextInt(Share.WHOLE + 1));
      ServiceView before = view(Plans.orders("eu-b", List.of(beta, rest)));
      ServiceView after = view(Plans.orders("eu-b", List.of(beta.withShare(share()), rest)));
      Attributes outsider = reader("user-" + random.nextInt(), chance(2) ? "gold" : null);

      assertThat(side(outsider, after)).as("seed %d", seed).isEqualTo(side(outsider, before));
    }
  }

  @Test
  void stalePlanNeverRaisesAShare() {
    for (int i = 0; i < CASES / 10; i++) {
      ShiftPlan plan = plan();
      long stale = Plans.ISSUED + Plans.MAX_AGE + 1 + random.nextInt(20_000);
      RiskScore score = new RiskScore("orders", "eu-a", random.nextDouble(), 60, "m", stale, NONE);
      ServiceView view = new ServiceView(PreparedPlan.of(plan, Limits.DEFAULT), score, null);
      Attributes request = reader("user-" + random.nextInt(), "beta");

      if (Router.decide(request, view, stale).side() == Side.SHADOW) {
        assertThat(Router.decide(request, view, Plans.ISSUED).side())
            .as("seed %d: %s %s", seed, request, plan)
            .isEqualTo(Side.SHADOW);
      }
    }
  }

  @Test
  void bucketsAreUniformForUuidsAndForCountedNames() {
    assertUniform("uuid", i -> new java.util.UUID(random.nextLong(), random.nextLong()).toString());
    assertUniform("counted", i -> "user-" + i);
    assertUniform("address", i -> "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255));
  }

  private void assertUniform(String what, java.util.function.IntFunction<String> keys) {
    int users = 1_000_000;
    int cells = 1000;
    long salt = Bucket.salt("orders");
    int[] counts = new int[cells];
    for (int i = 0; i < users; i++) {
      counts[Bucket.of(salt, keys.apply(i)) / (Bucket.COUNT / cells)]++;
    }
    double expected = (double) users / cells;
    double chiSquare = 0;
    for (int count : counts) {
      chiSquare += (count - expected) * (count - expected) / expected;
    }
    // 999 degrees of freedom: mean 999, standard deviation 44.7; six of them is one in 10^9.
    assertThat(chiSquare).as("seed %d: %s", seed, what).isBetween(999 - 268.0, 999 + 268.0);
  }

  private static final List<RiskScore.Contribution> NONE = List.of();

  private ShiftPlan plan() {
    List<Cohort> cohorts = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      cohorts.add(
          new Cohort(
              "c" + i,
              pick(null, null, "beta", "gold"),
              pick(null, null, "eu", "us"),
              pick(null, null, "GET", "HEAD"),
              pick(null, null, "/cart", "/"),
              share()));
    }
    return Plans.orders(random.nextInt(1, 3), 1, chance(10) ? null : "eu-b", cohorts);
  }

  private RiskScore score(ShiftPlan plan) {
    long at = Plans.ISSUED + random.nextLong(-20_000, 20_000);
    String endpoint = chance(8) ? "us-a" : plan.primary();
    return new RiskScore("orders", endpoint, random.nextDouble(), 60, "m", at, NONE);
  }

  private AppliedClock clock() {
    long reading = Plans.ISSUED + random.nextLong(-5_000, 5_000);
    return new AppliedClock("orders", chance(8) ? "us-a" : "eu-b", random.nextInt(1, 3), reading);
  }

  private Attributes request() {
    long barrier = Plans.ISSUED + random.nextLong(-8_000, 8_000);
    String cookie =
        pick(null, "w", "wat", "x", "" + random.nextInt(12_000), "w" + barrier, "w" + barrier);
    String method = pick("GET", "HEAD", "OPTIONS", "POST", "GET");
    return new Attributes(
        requireText(method),
        requireText(pick("/", "/cart", "/orders/1")),
        "user-" + random.nextInt(),
        pick(null, "beta", "gold"),
        pick(null, "eu", "us"),
        cookie);
  }

  private static String requireText(@Nullable String text) {
    return java.util.Objects.requireNonNull(text);
  }

  private static Attributes reader(String user, @Nullable String group) {
    return new Attributes("GET", "/", user, group, null, null);
  }

  private static ServiceView view(ShiftPlan plan) {
    return new ServiceView(PreparedPlan.of(plan, Limits.DEFAULT), null, null);
  }

  private static Side side(Attributes request, ServiceView view) {
    return Router.decide(request, view, Plans.ISSUED).side();
  }

  private Share share() {
    return new Share(random.nextInt(Share.WHOLE + 1));
  }

  private boolean chance(int oneIn) {
    return random.nextInt(oneIn) == 0;
  }

  private @Nullable String pick(@Nullable String... choices) {
    return choices[random.nextInt(choices.length)];
  }
}
