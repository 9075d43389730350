package io.understudy.model.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one mapping of a configuration. A mistake is noted in the {@link ConfigProblems} and
 * reading goes on with a stand-in value, which never leaves the reader: whoever builds a record
 * from it calls {@link ConfigProblems#throwIfAny} before using it.
 */
public final class ConfigSection {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

  private final String path;
  private final ConfigTree.Mapping mapping;
  private final ConfigProblems problems;
  private final Set<String> known = new LinkedHashSet<>();

  private ConfigSection(String path, ConfigTree.Mapping mapping, ConfigProblems problems) {
    this.path = path;
    this.mapping = mapping;
    this.problems = problems;
  }

  /** The top of a file; anything but a mapping is a problem and reads as an empty one. */
  public static ConfigSection root(ConfigTree tree, ConfigProblems problems) {
    return at("", tree, problems);
  }

  public int line() {
    return mapping.line();
  }

  public String text(String key) {
    return scalar(key, text -> text).orElseGet(() -> missing(key, ""));
  }

  public String text(String key, String fallback) {
    return scalar(key, text -> text).orElse(fallback);
  }

  public Optional<String> optionalText(String key) {
    return scalar(key, text -> text);
  }

  /**
   * A value that may be absent, read by {@code parse}; what it throws becomes the problem's text.
   */
  public <T> Optional<T> optional(String key, Function<String, T> parse) {
    return scalar(key, parse);
  }

  /** A required value, read by {@code parse}; what it throws becomes the problem's text. */
  public <T> T value(String key, Function<String, T> parse, T standIn) {
    return scalar(key, parse).orElseGet(() -> missing(key, standIn));
  }

  public long integer(String key, long min, long max) {
    return scalar(key, text -> wholeNumber(text, min, max)).orElseGet(() -> missing(key, min));
  }

  public long integer(String key, long min, long max, long fallback) {
    return scalar(key, text -> wholeNumber(text, min, max)).orElse(fallback);
  }

  public double number(String key, double min, double max, double fallback) {
    return scalar(key, text -> number(text, min, max)).orElse(fallback);
  }

  public boolean flag(String key, boolean fallback) {
    return scalar(key, ConfigSection::flag).orElse(fallback);
  }

  /** A length of time such as {@code 250ms}, {@code 3s}, {@code 2m} or {@code 1h}. */
  public Duration duration(String key, Duration fallback) {
    return scalar(key, ConfigSection::duration).orElse(fallback);
  }

  public List<String> texts(String key) {
    List<String> texts = new ArrayList<>();
    for (ConfigTree item : items(key)) {
      if (item instanceof ConfigTree.Scalar scalar) {
        texts.add(scalar.text());
      } else {
        problems.add(item.line(), full(key), "expected a single value in this list");
      }
    }
    return texts;
  }

  /** A mapping below this one; an absent one reads as empty, so that its defaults apply. */
  public ConfigSection section(String key) {
    known.add(key);
    ConfigTree tree = mapping.entries().get(key);
    return at(full(key), tree == null ? new ConfigTree.Mapping(line(), Map.of()) : tree, problems);
  }

  /** The mappings of a list; an absent list is empty. */
  public List<ConfigSection> sections(String key) {
    List<ConfigSection> sections = new ArrayList<>();
    for (ConfigTree item : items(key)) {
      sections.add(at(full(key) + "[" + sections.size() + "]", item, problems));
    }
    return sections;
  }

  /** Notes a problem of a value that was read but does not fit its neighbours. */
  public void reject(String key, String remedy) {
    ConfigTree tree = mapping.entries().get(key);
    problems.add(tree == null ? line() : tree.line(), full(key), remedy);
  }

  /** Keys that another reader of the same file answers for. */
  public void leaveToOthers(String... keys) {
    known.addAll(List.of(keys));
  }

  /** Call last: a key that nobody asked for is most likely misspelt. */
  public void rejectUnknownKeys() {
    for (Map.Entry<String, ConfigTree> entry : mapping.entries().entrySet()) {
      if (!known.contains(entry.getKey())) {
        problems.add(
            entry.getValue().line(),
            full(entry.getKey()),
            "unknown key; known here: " + String.join(", ", known));
      }
    }
  }

  private static ConfigSection at(String path, ConfigTree tree, ConfigProblems problems) {
    if (tree instanceof ConfigTree.Mapping mapping) {
      return new ConfigSection(path, mapping, problems);
    }
    problems.add(tree.line(), path.isEmpty() ? "(file)" : path, "expected a mapping of keys");
    return new ConfigSection(path, new ConfigTree.Mapping(tree.line(), Map.of()), problems);
  }

  private List<ConfigTree> items(String key) {
    known.add(key);
    ConfigTree tree = mapping.entries().get(key);
    if (tree == null) {
      return List.of();
    }
    if (tree instanceof ConfigTree.Sequence sequence) {
      return sequence.items();
    }
    problems.add(tree.line(), full(key), "expected a list");
    return List.of();
  }

  private <T> Optional<T> scalar(String key, Function<String, T> parse) {
    known.add(key);
    ConfigTree tree = mapping.entries().get(key);
    if (tree == null) {
      return Optional.empty();
    }
    if (!(tree instanceof ConfigTree.Scalar scalar)) {
      problems.add(tree.line(), full(key), "expected a single value");
      return Optional.empty();
    }
    try {
      return Optional.of(parse.apply(scalar.text()));
    } catch (IllegalArgumentException e) {
      problems.add(tree.line(), full(key), String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private <T> T missing(String key, T standIn) {
    if (!mapping.entries().containsKey(key)) {
      problems.add(line(), full(key), "missing");
    }
    return standIn;
  }

  private String full(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static long wholeNumber(String text, long min, long max) {
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through: out of range and not a number read the same to the user.
    }
    throw new IllegalArgumentException(
        "'" + text + "' is not a whole number in " + min + ".." + max);
  }

  private static double number(String text, double min, double max) {
    try {
      double value = Double.parseDouble(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Falls through: out of range and not a number read the same to the user.
    }
    throw new IllegalArgumentException("'" + text + "' is not a number in " + min + ".." + max);
  }

  private static boolean flag(String text) {
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("'" + text + "' is not true or false");
    };
  }

  private static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not a duration such as 250ms, 3s, 2m or 1h");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      default -> Duration.ofHours(amount);
    };
  }
}
