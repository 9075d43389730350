package io.understudy.testbed.bench;

import io.understudy.gateway.decision.Attributes;
import io.understudy.gateway.decision.Decision;
import io.understudy.gateway.decision.Limits;
import io.understudy.gateway.decision.PreparedPlan;
import io.understudy.gateway.decision.Router;
import io.understudy.gateway.decision.ServiceView;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** One decision under a known plan of three cohorts, the last of which matches. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DecisionBench {
  private static final int USERS = 1024;

  private final ServiceView view =
      new ServiceView(PreparedPlan.of(BenchPlan.PLAN, Limits.DEFAULT), null, null);
  private final Attributes[] firstTouches = new Attributes[USERS];
  private final Attributes[] settled = new Attributes[USERS];
  private final long nowMillis = BenchPlan.PLAN.issuedAtMillis();
  private int next;

  public DecisionBench() {
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < USERS; i++) {
      // 36 characters, all different, so that neither branches nor the hash can be learnt.
      String user = new UUID(random.nextLong(), random.nextLong()).toString();
      firstTouches[i] = request(user, null);
      settled[i] = request(user, Integer.toString(random.nextInt(10_000)));
    }
  }

  /** Hashes a key of 36 characters. */
  @Benchmark
  public Decision firstTouch() {
    return Router.decide(firstTouches[next++ & (USERS - 1)], view, nowMillis);
  }

  /** Reads the bucket from the cookie. */
  @Benchmark
  public Decision settled() {
    return Router.decide(settled[next++ & (USERS - 1)], view, nowMillis);
  }

  private static Attributes request(String user, @org.jspecify.annotations.Nullable String cookie) {
    return new Attributes("GET", "/orders/17", user, "gold", "eu", cookie);
  }
}
