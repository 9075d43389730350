package io.understudy.model.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Every mistake of one configuration, collected so that the user repairs them in one go. */
public final class ConfigProblems {
  private final List<Problem> found = new ArrayList<>();

  /**
   * One mistake.
   *
   * @param line line in the file, from 1
   * @param key full key, for example {@code services[0].endpoints[1].port}
   * @param remedy what is wrong and what would be right
   */
  public record Problem(int line, String key, String remedy) {}

  public void add(int line, String key, String remedy) {
    found.add(new Problem(line, key, remedy));
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  public List<Problem> inFileOrder() {
    return found.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
  }

  /**
   * Ends the reading of {@code file}.
   *
   * @throws InvalidConfigException with every problem, one a line, if there is any
   */
  public void throwIfAny(String file) {
    if (found.isEmpty()) {
      return;
    }
    StringBuilder text = new StringBuilder();
    for (Problem p : inFileOrder()) {
      text.append(file).append(':').append(p.line()).append(": ");
      text.append(p.key()).append(": ").append(p.remedy()).append('\n');
    }
    throw new InvalidConfigException(text.toString().stripTrailing());
  }
}
