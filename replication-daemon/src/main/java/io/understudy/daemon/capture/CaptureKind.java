package io.understudy.daemon.capture;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which of the captures reads a primary's commits. */
public enum CaptureKind {
  /** The embedded Debezium engine. */
  DEBEZIUM,
  /** A Debezium Server elsewhere, which posts what it reads. */
  DEBEZIUM_SERVER,
  /** PostgreSQL's logical stream, read directly. */
  PGOUTPUT;

  /**
   * Reads the name as it is written in a configuration.
   *
   * @throws IllegalArgumentException if there is no such capture
   */
  public static CaptureKind parse(String text) {
    return Arrays.stream(values())
        .filter(kind -> kind.toString().equals(text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "'"
                    + text
                    + "' is not one of "
                    + Arrays.stream(values())
                        .map(CaptureKind::toString)
                        .collect(Collectors.joining(", "))));
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
