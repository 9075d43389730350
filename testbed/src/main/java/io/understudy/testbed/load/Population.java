package io.understudy.testbed.load;

import io.understudy.testbed.check.Person;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Who uses the service: the same people for the same seed. */
public final class Population {
  private static final double BETA = 0.10;
  private static final double STAFF = 0.05;

  private Population() {}

  /** People with a group (beta 10 %, staff 5 %, everyone) and a region (eu or us, half each). */
  public static List<Person> of(int size, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    return IntStream.range(0, size).mapToObj(i -> person(i, random)).toList();
  }

  private static Person person(int number, SplittableRandom random) {
    double draw = random.nextDouble();
    String group = draw < BETA ? "beta" : draw < BETA + STAFF ? "staff" : "everyone";
    return new Person(
        String.format(Locale.ROOT, "user-%04d-%08x", number, random.nextInt()),
        group,
        random.nextBoolean() ? "eu" : "us");
  }
}
