package io.understudy.risk.source;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Prometheus text exposition, read without trusting it.
 *
 * <p>A line that is not one is rejected and counted, never thrown: one bad exporter line must not
 * hide the others. Everything is bounded, so no answer can exhaust memory.
 *
 * @param series in the order of the text
 * @param rejectedLines lines that were neither series nor comment
 * @see <a href="https://prometheus.io/docs/instrumenting/exposition_formats/">the format</a>
 */
public record Exposition(List<Series> series, int rejectedLines) {
  static final int LINE_CHARS_MAX = 16_384;
  static final int SERIES_MAX = 20_000;
  static final int LABELS_MAX = 64;

  /**
   * One value of one series.
   *
   * @param name metric name
   * @param labels by name, in the order of the text
   * @param value may be NaN or infinite
   */
  public record Series(String name, Map<String, String> labels, double value) {}

  public static Exposition parse(String text) {
    List<Series> series = new ArrayList<>();
    int rejected = 0;
    int start = 0;
    while (start < text.length() && series.size() < SERIES_MAX) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      if (end - start > LINE_CHARS_MAX) {
        rejected++;
      } else {
        rejected += read(text.substring(start, end).strip(), series) ? 0 : 1;
      }
      start = end + 1;
    }
    return new Exposition(List.copyOf(series), rejected);
  }

  private static boolean read(String line, List<Series> series) {
    if (line.isEmpty() || line.startsWith("#")) {
      return true;
    }
    try {
      series.add(new Line(line).series());
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** A cursor over one line. */
  private static final class Line {
    private final String text;
    private int at;

    Line(String text) {
      this.text = text;
    }

    Series series() {
      String name = name();
      Map<String, String> labels = peek() == '{' ? labels() : Map.of();
      if (!Character.isWhitespace(peek())) {
        throw new IllegalArgumentException("no space before the value");
      }
      String[] rest = text.substring(at).strip().split("\\s+", 3);
      if (rest.length > 2) {
        throw new IllegalArgumentException("more than value and timestamp");
      }
      return new Series(name, labels, number(rest[0]));
    }

    private char peek() {
      return at < text.length() ? text.charAt(at) : '\0';
    }

    private void skipSpace() {
      while (Character.isWhitespace(peek())) {
        at++;
      }
    }

    private void expect(char expected) {
      if (peek() != expected) {
        throw new IllegalArgumentException("expected " + expected + " at " + at);
      }
      at++;
    }

    private String name() {
      int start = at;
      while (isNamePart(peek())) {
        at++;
      }
      if (at == start || Character.isDigit(text.charAt(start))) {
        throw new IllegalArgumentException("no name at " + start);
      }
      return text.substring(start, at);
    }

    private static boolean isNamePart(char c) {
      return (c >= 'a' && c <= 'z')
          || (c >= 'A' && c <= 'Z')
          || (c >= '0' && c <= '9')
          || c == '_'
          || c == ':';
    }

    private Map<String, String> labels() {
      Map<String, String> labels = new LinkedHashMap<>();
      expect('{');
      skipSpace();
      while (peek() != '}') {
        String label = name();
        skipSpace();
        expect('=');
        skipSpace();
        if (labels.put(label, quoted()) != null || labels.size() > LABELS_MAX) {
          throw new IllegalArgumentException("label twice, or too many labels");
        }
        skipSpace();
        if (peek() != '}') {
          expect(',');
          skipSpace();
        }
      }
      expect('}');
      return labels;
    }

    private String quoted() {
      expect('"');
      StringBuilder value = new StringBuilder();
      while (peek() != '"') {
        char c = next();
        value.append(c == '\\' ? unescaped(next()) : c);
      }
      expect('"');
      return value.toString();
    }

    private char next() {
      if (at >= text.length()) {
        throw new IllegalArgumentException("the line ends inside a label");
      }
      return text.charAt(at++);
    }

    private static char unescaped(char escaped) {
      return switch (escaped) {
        case 'n' -> '\n';
        case '"', '\\' -> escaped;
        default -> throw new IllegalArgumentException("unknown escape \\" + escaped);
      };
    }

    /** Go's notation, which has no suffixes, no hexadecimal and no 'Infinity' of Java's. */
    private static double number(String text) {
      return switch (text) {
        case "NaN" -> Double.NaN;
        case "+Inf", "Inf" -> Double.POSITIVE_INFINITY;
        case "-Inf" -> Double.NEGATIVE_INFINITY;
        default -> {
          for (int i = 0; i < text.length(); i++) {
            if ("0123456789.+-eE".indexOf(text.charAt(i)) < 0) {
              throw new IllegalArgumentException("not a number");
            }
          }
          yield Double.parseDouble(text);
        }
      };
    }
  }
}
