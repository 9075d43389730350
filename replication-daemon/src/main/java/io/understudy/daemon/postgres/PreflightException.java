package io.understudy.daemon.postgres;

import java.util.List;

/** Servers or tables that cannot be replicated: every problem with its place and remedy. */
public final class PreflightException extends RuntimeException {
  private final List<String> problems;

  public PreflightException(List<String> problems) {
    super(String.join(System.lineSeparator(), problems));
    this.problems = List.copyOf(problems);
  }

  public List<String> problems() {
    return problems;
  }
}
