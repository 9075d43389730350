package io.understudy.testbed.demo;

import io.understudy.testbed.load.Tally;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How things are, in one line: risk, share, lag, requests per second, errors. */
final class StateLine implements Supplier<String> {
  private static final long RATE_NANOS = Duration.ofSeconds(1).toNanos();

  private final RunClock clock;
  private final Observer observer;
  private @Nullable Tally tally;
  private long rateSince;
  private long callsThen;
  private double perSecond;

  StateLine(RunClock clock, Observer observer) {
    this.clock = clock;
    this.observer = observer;
  }

  /** From now on the load is shown as well. */
  void show(Tally load) {
    tally = load;
    rateSince = clock.nanos();
  }

  @Override
  public String get() {
    String risk =
        observer.risks().entrySet().stream()
            .map(e -> String.format(Locale.ROOT, "%s %.2f", e.getKey(), e.getValue()))
            .collect(Collectors.joining(" "));
    Optional<ServiceSeen> seen = observer.newest();
    String service = seen.map(StateLine::service).orElse(" | daemon does not answer");
    return "risk " + (risk.isEmpty() ? "?" : risk) + service + load();
  }

  private static String service(ServiceSeen seen) {
    return (seen.guarded() ? "" : " | " + seen.standing())
        + (seen.shareInForce() == 0 ? " | share 0%" : " | share " + seen.shares())
        + " | lag "
        + lag(seen);
  }

  private static String lag(ServiceSeen seen) {
    return seen.lag().isPresent() ? seen.lag().getAsLong() + " ms" : "?";
  }

  private String load() {
    if (tally == null) {
      return "";
    }
    long elapsed = clock.nanos() - rateSince;
    if (elapsed >= RATE_NANOS) {
      perSecond = (tally.calls() - callsThen) * 1e9 / elapsed;
      callsThen = tally.calls();
      rateSince += elapsed;
    }
    return String.format(Locale.ROOT, " | %.0f/s | errors %d", perSecond, tally.failures());
  }
}
