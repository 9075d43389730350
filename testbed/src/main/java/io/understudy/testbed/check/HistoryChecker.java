package io.understudy.testbed.check;

import java.util.ArrayList;
import java.util.List;

/** Says which promises a recorded run broke; an empty answer means none. */
public final class HistoryChecker {
  private HistoryChecker() {}

  public static List<Violation> check(History history) {
    OrderLog log = OrderLog.of(history.calls());
    List<Violation> violations = new ArrayList<>();
    violations.addAll(LostWrites.find(log, history.stored()));
    violations.addAll(WrongReads.find(log, history));
    violations.addAll(FlippedUsers.find(history));
    return violations;
  }
}
