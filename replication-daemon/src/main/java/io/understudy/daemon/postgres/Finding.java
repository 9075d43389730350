package io.understudy.daemon.postgres;

import java.util.Locale;

/**
 * One thing that was checked.
 *
 * @param level how bad it is
 * @param endpoint name of the endpoint
 * @param check name of the check
 * @param what what was found; empty if all is well
 * @param remedy what to do about it; empty if all is well
 */
public record Finding(Level level, String endpoint, String check, String what, String remedy) {
  /** How bad it is, the worst last. */
  public enum Level {
    OK,
    WARNING,
    ERROR;

    /** As it is printed. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding error(String endpoint, String check, String what, String remedy) {
    return new Finding(Level.ERROR, endpoint, check, what, remedy);
  }

  /** As one line. */
  @Override
  public String toString() {
    return level == Level.OK ? endpoint + ": " + check : endpoint + ": " + what + "; " + remedy;
  }
}
