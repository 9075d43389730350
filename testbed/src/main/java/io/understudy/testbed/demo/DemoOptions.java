package io.understudy.testbed.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The demonstration's command line.
 *
 * @param scenario how the primary is lost
 * @param fast shorter phases
 * @param seed decides who the people are and what they ask for
 * @param json whether the last line is a JSON object
 */
record DemoOptions(Scenario scenario, boolean fast, long seed, boolean json) {
  static final String USAGE =
      "usage: understudy demo [--scenario degrade|crash] [--fast] [--seed N] [--json]";

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static DemoOptions parse(String[] arguments) {
    DemoOptions options = new DemoOptions(Scenario.DEGRADE, false, 1, false);
    Deque<String> rest = new ArrayDeque<>(List.of(arguments));
    while (!rest.isEmpty()) {
      options = options.with(rest.removeFirst(), rest);
    }
    return options;
  }

  private DemoOptions with(String option, Deque<String> rest) {
    return switch (option) {
      case "--scenario" -> new DemoOptions(Scenario.parse(value(option, rest)), fast, seed, json);
      case "--fast" -> new DemoOptions(scenario, true, seed, json);
      case "--seed" -> new DemoOptions(scenario, fast, number(value(option, rest)), json);
      case "--json" -> new DemoOptions(scenario, fast, seed, true);
      default -> throw new IllegalArgumentException("unknown option '" + option + "'");
    };
  }

  private static String value(String option, Deque<String> rest) {
    if (rest.isEmpty()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return rest.removeFirst();
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("--seed is a whole number, not '" + text + "'", e);
    }
  }
}
