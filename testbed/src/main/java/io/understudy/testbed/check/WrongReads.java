package io.understudy.testbed.check;

import io.understudy.testbed.check.Answer.Acknowledged;
import io.understudy.testbed.check.Answer.Failed;
import io.understudy.testbed.check.Answer.Shown;
import io.understudy.testbed.check.Operation.Read;
import io.understudy.testbed.check.Violation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads that show too little or too much.
 *
 * <ul>
 *   <li>Read your writes: a read that begins after a write of the same order was acknowledged shows
 *       that version or a later one. A read during a take-over, or one for which the gateway passed
 *       over the endpoint that it prefers, may be answered by a shadow that is behind: there only
 *       writes acknowledged {@code staleReadsMax} before it count.
 *   <li>No phantom: the amount was sent by somebody before the read ended, the order belongs to its
 *       user, and a version that had been acknowledged before shows the acknowledged amount.
 * </ul>
 */
final class WrongReads {
  private final OrderLog log;
  private final History.Routing routing;

  private WrongReads(OrderLog log, History.Routing routing) {
    this.log = log;
    this.routing = routing;
  }

  static List<Violation> find(OrderLog log, History history) {
    WrongReads reads = new WrongReads(log, history.routing());
    List<Violation> violations = new ArrayList<>();
    for (Call call : history.calls()) {
      if (call.operation() instanceof Read read) {
        reads.stale(call, read.order()).ifPresent(violations::add);
        reads.phantom(call, read.order()).ifPresent(violations::add);
      }
    }
    return violations;
  }

  private Optional<Violation> stale(Call call, String order) {
    boolean maybeBehind = call.byStandIn() || routing.duringTakeOver(call.span());
    long allowance = maybeBehind ? routing.staleReadsMax().toNanos() : 0;
    OptionalInt due = log.acknowledgedBefore(order, call.span().startNanos() - allowance);
    if (due.isEmpty()) {
      return Optional.empty();
    }
    int shown =
        switch (call.answer()) {
          case Shown answer -> answer.order().version();
          case Failed(int status, String endpoint, String reason) when status == 404 -> 0;
          case Failed other -> due.getAsInt(); // Counted as a failed read, not as a stale one.
          case Acknowledged impossible -> due.getAsInt();
        };
    return shown >= due.getAsInt()
        ? Optional.empty()
        : violation(
            Kind.STALE_READ,
            call,
            "shows "
                + (shown == 0 ? "nothing" : "version " + shown)
                + ", but version "
                + due.getAsInt()
                + " had been acknowledged before it began");
  }

  private Optional<Violation> phantom(Call call, String order) {
    if (!(call.answer() instanceof Shown(String endpoint, StoredOrder shown, boolean standIn))) {
      return Optional.empty();
    }
    if (!shown.user().equals(call.user())) {
      return violation(Kind.PHANTOM, call, "shows it as belonging to user " + shown.user());
    }
    List<Call> begun =
        log.writesOf(order).stream()
            .filter(write -> write.span().startNanos() <= call.span().endNanos())
            .toList();
    if (begun.stream().noneMatch(write -> OrderLog.amountOf(write) == shown.amount())) {
      return violation(Kind.PHANTOM, call, "shows amount " + shown.amount() + ", never written");
    }
    return begun.stream()
        .filter(write -> write.span().endNanos() < call.span().startNanos())
        .filter(
            write -> write.answer() instanceof Acknowledged ack && ack.version() == shown.version())
        .filter(write -> OrderLog.amountOf(write) != shown.amount())
        .findFirst()
        .flatMap(write ->
            violation(
                Kind.PHANTOM,
                call,
                "shows amount "
                    + shown.amount()
                    + " as version "
                    + shown.version()
                    + ", acknowledged with amount "
                    + OrderLog.amountOf(write)));
  }

  private static Optional<Violation> violation(Kind kind, Call call, String what) {
    return Optional.of(
        new Violation(
            kind,
            "user "
                + call.user()
                + ", order "
                + call.operation().order()
                + ": a read answered by "
                + call.answer().endpoint()
                + " "
                + what));
  }
}
