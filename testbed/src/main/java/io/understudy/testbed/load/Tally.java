package io.understudy.testbed.load;

import io.understudy.testbed.check.Answer;
import io.understudy.testbed.check.Answer.Acknowledged;
import io.understudy.testbed.check.Answer.Shown;
import io.understudy.testbed.check.Call;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.LongAdder;

/** What the load has seen so far; written by the event loop, read by anyone. */
public final class Tally {
  private static final int RECENT_MAX = 2_000;

  private final LongAdder calls = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final Map<String, Set<String>> readersByEndpoint = new ConcurrentHashMap<>();
  private final ConcurrentLinkedDeque<Call> recent = new ConcurrentLinkedDeque<>();
  private final Map<String, Long> firstAcknowledged = new ConcurrentHashMap<>();

  void add(Call call) {
    calls.increment();
    recent.addLast(call);
    if (calls.sum() > RECENT_MAX) {
      recent.removeFirst();
    }
    switch (call.answer()) {
      case Answer.Failed failed -> failures.increment();
      case Acknowledged(String endpoint, int version) ->
          firstAcknowledged.putIfAbsent(endpoint, call.span().endNanos());
      case Shown(String endpoint, var order, boolean standIn) -> {
        if (!standIn) {
          readersByEndpoint
              .computeIfAbsent(endpoint, e -> ConcurrentHashMap.newKeySet())
              .add(call.user());
        }
      }
    }
  }

  public long calls() {
    return calls.sum();
  }

  /** The newest calls, at most 2000. */
  public List<Call> recent() {
    return List.copyOf(recent);
  }

  public long failures() {
    return failures.sum();
  }

  /** How many different people had a read answered by an endpoint. */
  public int readersServedBy(String endpoint) {
    Set<String> readers = readersByEndpoint.get(endpoint);
    return readers == null ? 0 : readers.size();
  }

  /** When an endpoint acknowledged its first write. */
  public OptionalLong firstAcknowledgedBy(String endpoint) {
    Long nanos = firstAcknowledged.get(endpoint);
    return nanos == null ? OptionalLong.empty() : OptionalLong.of(nanos);
  }
}
