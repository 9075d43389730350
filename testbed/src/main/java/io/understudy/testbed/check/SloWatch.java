package io.understudy.testbed.check;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;

/**
 * When the people first felt that an endpoint broke its objective: over the last {@code window} of
 * answers, the 99th percentile of the durations is above the bound, or the part of failures is.
 *
 * @param latencyMax bound of the 99th percentile
 * @param errorRatioMax bound of failures per call, 0..1
 * @param window how far back a judgement looks
 * @param callsMin fewer calls than this are not judged
 */
public record SloWatch(Duration latencyMax, double errorRatioMax, Duration window, int callsMin) {

  /**
   * The instant of the first breach.
   *
   * @param calls those that count, for example the ones answered by one endpoint
   */
  public OptionalLong firstBreach(List<Call> calls) {
    Deque<Call> recent = new ArrayDeque<>();
    List<Call> byEnd =
        calls.stream().sorted(Comparator.comparingLong(call -> call.span().endNanos())).toList();
    for (Call call : byEnd) {
      recent.addLast(call);
      long horizon = call.span().endNanos() - window.toNanos();
      while (recent.getFirst().span().endNanos() < horizon) {
        recent.removeFirst();
      }
      if (recent.size() >= callsMin && breached(recent)) {
        return OptionalLong.of(call.span().endNanos());
      }
    }
    return OptionalLong.empty();
  }

  private boolean breached(Deque<Call> recent) {
    long slow = recent.stream().filter(call -> duration(call) > latencyMax.toNanos()).count();
    long failed = recent.stream().filter(Call::failed).count();
    return slow > recent.size() * 0.01 || failed > recent.size() * errorRatioMax;
  }

  private static long duration(Call call) {
    return call.span().endNanos() - call.span().startNanos();
  }
}
