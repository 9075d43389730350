package io.understudy.daemon.kill;

import java.util.Random;

/** What a test's random choices come from; printed, so that they can be made again. */
public record Seed(long value) {
  /** A new one, or the one that {@code -Dunderstudy.seed=} gives. */
  public static Seed draw() {
    Seed seed = new Seed(Long.getLong("understudy.seed", new Random().nextLong()));
    System.out.println("seed " + seed.value + "; replay it with -Dunderstudy.seed=" + seed.value);
    return seed;
  }

  public Random random() {
    return new Random(value);
  }
}
