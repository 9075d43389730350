package io.understudy.daemon.watch;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Failed requests per request of an endpoint over its last few samples of {@code
 * http_request_duration_seconds_count{outcome}}. Pure but for its memory of those samples.
 */
final class ErrorRatio {
  private static final Pattern COUNT =
      Pattern.compile(
          "^http_request_duration_seconds_count\\{[^}\\n]*outcome=\"(\\w+)\"[^}\\n]*} (\\S+)",
          Pattern.MULTILINE);

  private final int samplesMax;
  private final Deque<Counts> window = new ArrayDeque<>();

  /**
   * An empty window.
   *
   * @param samplesMax samples to look back
   */
  ErrorRatio(int samplesMax) {
    this.samplesMax = samplesMax;
  }

  private record Counts(double all, double errors) {}

  /**
   * Takes in an exposition.
   *
   * @param exposition Prometheus text format
   * @return the ratio over the window, 0..1; 0 while there were no requests
   */
  double sample(String exposition) {
    Counts now = parse(exposition);
    Counts newest = window.peekLast();
    if (newest != null && now.all() < newest.all()) {
      // The process started anew and counts from zero.
      window.clear();
    }
    window.addLast(now);
    while (window.size() > samplesMax) {
      window.pollFirst();
    }
    Counts oldest = window.getFirst();
    double requests = now.all() - oldest.all();
    return requests <= 0 ? 0 : (now.errors() - oldest.errors()) / requests;
  }

  private static Counts parse(String exposition) {
    double all = 0;
    double errors = 0;
    Matcher matcher = COUNT.matcher(exposition);
    while (matcher.find()) {
      double count = Double.parseDouble(matcher.group(2));
      all += count;
      errors += matcher.group(1).equals("error") ? count : 0;
    }
    return new Counts(all, errors);
  }
}
