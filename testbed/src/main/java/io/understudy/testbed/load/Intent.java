package io.understudy.testbed.load;

import java.util.SplittableRandom;

/**
 * What a person is about to do. Drawn from the seed alone, never from what has happened, so that
 * two runs of a seed ask for the same things in the same order.
 *
 * @param person index of who
 * @param kind what sort of request
 * @param pick 0..1, chooses among the person's orders
 * @param amount for a write
 */
record Intent(int person, Kind kind, double pick, int amount) {
  static final double WRITES = 0.3;

  /** Sorts of requests. */
  enum Kind {
    CREATE,
    CHANGE,
    READ
  }

  static Intent draw(SplittableRandom random, int people) {
    double draw = random.nextDouble();
    Kind kind = draw < WRITES / 2 ? Kind.CREATE : draw < WRITES ? Kind.CHANGE : Kind.READ;
    return new Intent(
        random.nextInt(people), kind, random.nextDouble(), random.nextInt(1, 1_000_000_000));
  }
}
