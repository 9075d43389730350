package io.understudy.testbed.check;

import io.understudy.testbed.check.Answer.Acknowledged;
import io.understudy.testbed.check.Operation.Write;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** The writes of a run, by order. */
final class OrderLog {
  private final Map<String, List<Call>> writesByOrder;

  private OrderLog(Map<String, List<Call>> writesByOrder) {
    this.writesByOrder = writesByOrder;
  }

  static OrderLog of(List<Call> calls) {
    Map<String, List<Call>> writes = new LinkedHashMap<>();
    for (Call call : calls) {
      if (call.isWrite()) {
        writes.computeIfAbsent(call.operation().order(), o -> new ArrayList<>()).add(call);
      }
    }
    return new OrderLog(writes);
  }

  Map<String, List<Call>> writesByOrder() {
    return writesByOrder;
  }

  List<Call> writesOf(String order) {
    return writesByOrder.getOrDefault(order, List.of());
  }

  /** The highest version of an order whose acknowledgement had arrived before an instant. */
  OptionalInt acknowledgedBefore(String order, long instantNanos) {
    return writesOf(order).stream()
        .filter(write -> write.span().endNanos() < instantNanos)
        .map(Call::answer)
        .filter(Acknowledged.class::isInstance)
        .mapToInt(answer -> ((Acknowledged) answer).version())
        .max();
  }

  static int amountOf(Call write) {
    return ((Write) write.operation()).amount();
  }
}
