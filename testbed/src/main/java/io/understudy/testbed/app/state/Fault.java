package io.understudy.testbed.app.state;

import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A fault that grows.
 *
 * @param kind what goes wrong
 * @param perSecond how fast it grows, in the kind's unit
 * @param level how bad it is, in the kind's unit
 */
public record Fault(Kind kind, double perSecond, double level) {
  /** What can go wrong. */
  public enum Kind {
    /** Memory that is never given back, megabytes. */
    LEAK(Double.MAX_VALUE),
    /** Time that each query takes longer, milliseconds; below the socket time-out. */
    SLOW(1500),
    /** Requests that fail, per cent. */
    LOSS(100),
    /** The process ends at once. */
    CRASH(0);

    private final double levelMax;

    Kind(double levelMax) {
      this.levelMax = levelMax;
    }

    /**
     * Reads a kind's name in lower case.
     *
     * @throws IllegalArgumentException naming the kinds there are
     */
    public static Kind parse(String name) {
      for (Kind kind : values()) {
        if (kind.label().equals(name)) {
          return kind;
        }
      }
      String kinds = Stream.of(values()).map(Kind::label).collect(Collectors.joining(", "));
      throw new IllegalArgumentException("fault '" + name + "' is none of " + kinds);
    }

    private String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Fault {
    if (!(perSecond >= 0 && perSecond <= 1_000_000)) {
      throw new IllegalArgumentException("perSecond " + perSecond + " is not in 0..1000000");
    }
  }

  public static Fault starting(Kind kind, double perSecond) {
    return new Fault(kind, perSecond, 0);
  }

  /** The fault some time later. */
  public Fault after(double seconds) {
    return new Fault(kind, perSecond, Math.min(kind.levelMax, level + perSecond * seconds));
  }
}
