package io.understudy.testbed.command;

import io.understudy.model.config.HostPort;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The {@code --name value} pairs of one process. Mistakes are collected while the values are read
 * and reported together by {@link #check}.
 */
public final class Options {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m)");

  private final Map<String, String> values = new HashMap<>();
  private final List<String> mistakes = new ArrayList<>();

  public Options(String[] arguments) {
    for (int i = 0; i < arguments.length; i += 2) {
      String name = arguments[i];
      if (!name.startsWith("--")) {
        mistakes.add("'" + name + "' is not an option: options look like --name value");
      } else if (i + 1 == arguments.length) {
        mistakes.add(name + " has no value");
      } else if (values.put(name.substring(2), arguments[i + 1]) != null) {
        mistakes.add(name + " is given twice");
      }
    }
  }

  /** Text of an option that must be given; empty when it is missing, which is then a mistake. */
  public String text(String name) {
    String value = values.remove(name);
    if (value == null) {
      mistakes.add("--" + name + " is missing");
      return "";
    }
    return value;
  }

  public String text(String name, String otherwise) {
    String value = values.remove(name);
    return value == null ? otherwise : value;
  }

  /** A whole number from {@code least} up. */
  public int number(String name, int otherwise, int least) {
    return parsed(name, otherwise, text -> atLeast(Integer.parseInt(text), least));
  }

  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** A length of time such as {@code 500ms}, {@code 10s} or {@code 5m}. */
  public Duration duration(String name, Duration otherwise) {
    return parsed(name, otherwise, Options::parseDuration);
  }

  /** The address of another process, for example {@code http://127.0.0.1:9380}, or {@code none}. */
  public Optional<URI> address(String name) {
    String text = text(name);
    if (text.isEmpty() || text.equals("none")) {
      return Optional.empty();
    }
    if (!text.matches("http://[^/:]+:[0-9]{1,5}/?")) {
      mistakes.add("--" + name + ": '" + text + "' is not of the form http://127.0.0.1:9380");
      return Optional.empty();
    }
    return Optional.of(URI.create(text));
  }

  /** A place to listen or connect, for example {@code 127.0.0.1:9080}. */
  public HostPort hostPort(String name) {
    String text = text(name);
    try {
      return HostPort.parse(text);
    } catch (IllegalArgumentException e) {
      if (!text.isEmpty()) {
        mistakes.add("--" + name + ": " + e.getMessage());
      }
      return new HostPort("127.0.0.1", 0);
    }
  }

  /** The text in a file that only its owner may read, without white space around it. */
  public String secret(String name) {
    String file = text(name);
    if (file.isEmpty()) {
      return "";
    }
    try {
      String secret = Files.readString(Path.of(file)).strip();
      if (secret.isEmpty()) {
        mistakes.add("--" + name + ": " + file + " is empty");
      }
      return secret;
    } catch (IOException e) {
      mistakes.add("--" + name + ": cannot read " + file + " (" + e + ")");
      return "";
    }
  }

  /**
   * Call it when every option has been read.
   *
   * @throws InvalidOptionsException naming every mistake, also options that nobody read
   */
  public void check() {
    values.keySet().stream()
        .sorted()
        .forEach(name -> mistakes.add("--" + name + " is not known here"));
    if (!mistakes.isEmpty()) {
      throw new InvalidOptionsException(mistakes);
    }
  }

  private <T> T parsed(String name, T otherwise, Function<String, T> parse) {
    String value = values.remove(name);
    if (value == null) {
      return otherwise;
    }
    try {
      return parse.apply(value);
    } catch (NumberFormatException e) {
      mistakes.add("--" + name + ": '" + value + "' is not valid: " + e.getMessage());
      return otherwise;
    }
  }

  private static int atLeast(int value, int least) {
    if (value < least) {
      throw new NumberFormatException("it is below " + least);
    }
    return value;
  }

  private static Duration parseDuration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      throw new NumberFormatException("a length of time looks like 500ms, 10s or 5m");
    }
    long amount = Long.parseLong(matcher.group(1));
    return switch (matcher.group(2)) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      default -> Duration.ofMinutes(amount);
    };
  }
}
