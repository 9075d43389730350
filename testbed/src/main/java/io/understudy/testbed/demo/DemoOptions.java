package io.understudy.testbed.demo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The demonstration's command line.
 *
 * @param scenario how the primary is lost
 * @param fast shorter phases
 * @param seed decides who the people are and what they ask for
 * @param json whether the last line is a JSON object
 * @param without parts that are not started, to see what goes on without them
 */
record DemoOptions(Scenario scenario, boolean fast, long seed, boolean json, Set<String> without) {
  static final String USAGE =
      "usage: understudy demo [--scenario degrade|crash] [--fast] [--seed N] [--json]"
          + " [--without risk|plugin]...";

  private static final Set<String> SPARABLE = Set.of("risk", "plugin");

  /**
   * Reads the command line.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  static DemoOptions parse(String[] arguments) {
    DemoOptions options = new DemoOptions(Scenario.DEGRADE, false, 1, false, Set.of());
    Deque<String> rest = new ArrayDeque<>(List.of(arguments));
    while (!rest.isEmpty()) {
      options = options.with(rest.removeFirst(), rest);
    }
    return options;
  }

  private DemoOptions with(String option, Deque<String> rest) {
    return switch (option) {
      case "--scenario" -> {
        Scenario chosen = Scenario.parse(value(option, rest));
        yield new DemoOptions(chosen, fast, seed, json, without);
      }
      case "--fast" -> new DemoOptions(scenario, true, seed, json, without);
      case "--seed" -> new DemoOptions(scenario, fast, number(value(option, rest)), json, without);
      case "--json" -> new DemoOptions(scenario, fast, seed, true, without);
      case "--without" -> {
        Set<String> more = new HashSet<>(without);
        more.add(sparable(value(option, rest)));
        yield new DemoOptions(scenario, fast, seed, json, Set.copyOf(more));
      }
      default -> throw new IllegalArgumentException("unknown option '" + option + "'");
    };
  }

  private static String sparable(String part) {
    if (!SPARABLE.contains(part)) {
      throw new IllegalArgumentException("--without is risk or plugin, not '" + part + "'");
    }
    return part;
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
