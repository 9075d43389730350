package io.understudy.testbed.check;

import io.understudy.testbed.check.Answer.Acknowledged;
import io.understudy.testbed.check.Violation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every acknowledged write must be in the last primary's content: the order is there, belongs to
 * its user, has at least the acknowledged version, and at that very version the acknowledged
 * amount. A later version may come from a write whose answer was lost.
 */
final class LostWrites {
  private LostWrites() {}

  static List<Violation> find(OrderLog log, Map<String, StoredOrder> stored) {
    List<Violation> violations = new ArrayList<>();
    log.writesByOrder()
        .forEach((order, writes) -> {
          for (Call write : writes) {
            if (write.answer() instanceof Acknowledged ack) {
              String loss = loss(write, ack, stored.get(order));
              if (!loss.isEmpty()) {
                violations.add(new Violation(Kind.LOST_WRITE, describe(write, ack) + loss));
              }
            }
          }
        });
    return violations;
  }

  private static String loss(Call write, Acknowledged ack, @Nullable StoredOrder stored) {
    if (stored == null) {
      return "but the order is missing at the end";
    }
    if (!stored.user().equals(write.user())) {
      return "but the order belongs to user " + stored.user() + " at the end";
    }
    if (stored.version() < ack.version()) {
      return "but the order has version " + stored.version() + " at the end";
    }
    if (stored.version() == ack.version() && stored.amount() != OrderLog.amountOf(write)) {
      return "but that version has amount " + stored.amount() + " at the end";
    }
    return "";
  }

  private static String describe(Call write, Acknowledged ack) {
    return "user "
        + write.user()
        + ", order "
        + write.operation().order()
        + ": version "
        + ack.version()
        + " with amount "
        + OrderLog.amountOf(write)
        + " was acknowledged by "
        + ack.endpoint()
        + ", ";
  }
}
