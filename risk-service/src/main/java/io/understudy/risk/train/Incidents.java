package io.understudy.risk.train;

import java.util.ArrayList;
import java.util.List;

/**
 * The incidents of one endpoint, found in its breaches: gaps of up to 10 samples belong to the same
 * incident, the 10 samples after it are nobody's.
 *
 * @param all in order, none overlapping
 */
record Incidents(List<Incident> all) {
  private static final int GAP_MAX = 10;
  private static final int COOL_DOWN = 10;
  private static final int NOWCAST_AHEAD = 5;

  /**
   * One incident.
   *
   * @param onset first sample
   * @param end first sample after it
   */
  record Incident(int onset, int end) {}

  /** What a row teaches. */
  enum Label {
    NO,
    YES,
    /** Not part of this question. */
    LEFT_OUT
  }

  static Incidents in(boolean[] breached) {
    List<Incident> found = new ArrayList<>();
    int onset = -1;
    int last = -1;
    for (int t = 0; t < breached.length; t++) {
      if (!breached[t]) {
        continue;
      }
      if (onset >= 0 && t - last > GAP_MAX) {
        found.add(new Incident(onset, last + 1));
        onset = -1;
      }
      onset = onset < 0 ? t : onset;
      last = t;
    }
    if (onset >= 0) {
      found.add(new Incident(onset, last + 1));
    }
    return new Incidents(List.copyOf(found));
  }

  /** Whether an incident begins within {@code horizon} samples; rows inside one are left out. */
  Label forecast(int time, int horizon) {
    if (all.stream().anyMatch(i -> time >= i.onset() && time < i.end() + COOL_DOWN)) {
      return Label.LEFT_OUT;
    }
    return begins(time, horizon) ? Label.YES : Label.NO;
  }

  /** Whether an incident is on, or begins within five samples. */
  Label nowcast(int time) {
    if (all.stream().anyMatch(i -> time >= i.onset() && time < i.end())) {
      return Label.YES;
    }
    if (all.stream().anyMatch(i -> time >= i.end() && time < i.end() + COOL_DOWN)) {
      return Label.LEFT_OUT;
    }
    return begins(time, NOWCAST_AHEAD) ? Label.YES : Label.NO;
  }

  private boolean begins(int time, int horizon) {
    return all.stream().anyMatch(i -> i.onset() > time && i.onset() <= time + horizon);
  }
}
