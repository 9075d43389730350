package io.understudy.model;

import java.util.regex.Pattern;

/** The one rule for names that end up in gateway objects, database slots, map keys and paths. */
public final class Names {
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

  private Names() {}

  /**
   * Returns {@code name} if it is one.
   *
   * @throws IllegalArgumentException naming {@code what} and the rule, if it is not
   */
  public static String require(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          what
              + " '"
              + name
              + "' is not a name: a lower-case letter, then up to 39 lower-case letters, digits or"
              + " hyphens");
    }
    return name;
  }
}
