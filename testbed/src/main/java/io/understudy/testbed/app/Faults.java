package io.understudy.testbed.app;

import io.understudy.testbed.app.state.Fault;
import io.understudy.testbed.app.state.Fault.Kind;
import io.vertx.core.Vertx;
import java.util.EnumMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The faults that are on; they grow with time. For one event loop, except {@link #slowMillis}. */
final class Faults {
  private static final Logger log = LoggerFactory.getLogger(Faults.class);
  private static final int TICK_MILLIS = 100;
  private static final int CRASH_STATUS = 137;

  private final RandomGenerator random;
  private final Ballast ballast;
  private final Map<Kind, Fault> faults = new EnumMap<>(Kind.class);
  private volatile long slowMillis;

  Faults(RandomGenerator random, int leakMegabytesMax) {
    this.random = random;
    this.ballast = new Ballast(leakMegabytesMax);
  }

  /** Lets faults grow from now on. */
  void start(Vertx vertx) {
    vertx.setPeriodic(TICK_MILLIS, ignored -> grow(TICK_MILLIS / 1000.0));
  }

  void inject(Fault fault) {
    log.warn("fault {} on, perSecond={}", fault.kind(), fault.perSecond());
    if (fault.kind() == Kind.CRASH) {
      Runtime.getRuntime().halt(CRASH_STATUS);
    }
    faults.put(fault.kind(), fault);
  }

  void heal() {
    log.warn("faults {} off", faults.keySet());
    faults.clear();
    apply();
  }

  /** How much longer a query takes now, milliseconds. */
  long slowMillis() {
    return slowMillis;
  }

  /** Whether the request at hand is one of those that fail. */
  boolean loses() {
    return random.nextDouble(100) < level(Kind.LOSS);
  }

  /** Whether a failing request fails by a broken connection, the other half by an error. */
  boolean hangsUp() {
    return random.nextBoolean();
  }

  private void grow(double seconds) {
    if (!faults.isEmpty()) {
      faults.replaceAll((kind, fault) -> fault.after(seconds));
      apply();
    }
  }

  private void apply() {
    slowMillis = (long) level(Kind.SLOW);
    ballast.resize(level(Kind.LEAK));
  }

  private double level(Kind kind) {
    Fault fault = faults.get(kind);
    return fault == null ? 0 : fault.level();
  }
}
