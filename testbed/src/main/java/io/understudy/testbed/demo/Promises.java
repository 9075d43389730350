package io.understudy.testbed.demo;

import io.understudy.testbed.check.Violation;
import java.util.ArrayList;
import java.util.List;

/** What a run must keep; pure. */
final class Promises {
  static final int ACKNOWLEDGED_MIN = 1_000;
  static final int SHARE_MIN_BP = 2_500;
  static final double SERVED_MIN = 0.20;
  static final long TAKEOVER_MILLIS_MAX = 10_000;

  private static final int SHOWN_MAX = 10;

  private final List<String> broken = new ArrayList<>();

  private Promises() {}

  /**
   * The promises that were broken, for people to read; empty means all were kept.
   *
   * @param people how many people used the service
   */
  static List<String> broken(
      Scenario scenario, Figures figures, List<Violation> violations, int people) {
    Promises promises = new Promises();
    promises.always(figures);
    if (scenario == Scenario.DEGRADE) {
      promises.warned(figures, people);
    }
    promises.history(violations);
    return List.copyOf(promises.broken);
  }

  private void always(Figures figures) {
    demand(figures.failedReads() == 0, figures.failedReads() + " reads failed, expected none");
    demand(
        figures.lostAcknowledgedWrites() == 0,
        figures.lostAcknowledgedWrites() + " acknowledged writes were lost, expected none");
    demand(
        figures.acknowledgedWrites() >= ACKNOWLEDGED_MIN,
        figures.acknowledgedWrites()
            + " acknowledged writes, expected at least "
            + ACKNOWLEDGED_MIN);
    demand(
        figures.takeoverMillis().orElse(Long.MAX_VALUE) <= TAKEOVER_MILLIS_MAX,
        (figures.takeoverMillis().isPresent()
                ? "the take-over took " + figures.takeoverMillis().getAsLong() + " ms"
                : "no write was acknowledged after the kill")
            + ", expected at most "
            + TAKEOVER_MILLIS_MAX
            + " ms");
    demand(
        figures.failedWritesOutsideTakeOver() == 0,
        figures.failedWritesOutsideTakeOver() + " writes failed outside the take-over");
  }

  private void warned(Figures figures, int people) {
    demand(
        figures.falseAlarms() == 0,
        figures.falseAlarms() + " alarms before the fault began, expected none");
    demand(
        figures.alarmLeadSeconds().orElse(-1) > 0,
        figures.alarmLeadSeconds().isPresent()
            ? "the alarm came " + -figures.alarmLeadSeconds().getAsDouble() + " s too late"
            : "there was no alarm");
    demand(
        figures.maxShareBp() >= SHARE_MIN_BP,
        "the share reached " + figures.maxShareBp() + " bp, expected at least " + SHARE_MIN_BP);
    demand(
        figures.usersServedByShadowBeforeKill() >= SERVED_MIN * people,
        figures.usersServedByShadowBeforeKill()
            + " of "
            + people
            + " people were served by the shadow before the kill, expected at least "
            + Math.round(SERVED_MIN * people));
  }

  private void history(List<Violation> violations) {
    violations.stream().limit(SHOWN_MAX).map(Violation::toString).forEach(broken::add);
    if (violations.size() > SHOWN_MAX) {
      broken.add("... and " + (violations.size() - SHOWN_MAX) + " more like these");
    }
  }

  private void demand(boolean kept, String otherwise) {
    if (!kept) {
      broken.add(otherwise);
    }
  }
}
