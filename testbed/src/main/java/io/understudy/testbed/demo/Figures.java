package io.understudy.testbed.demo;

import io.understudy.testbed.check.Answer.Acknowledged;
import io.understudy.testbed.check.Answer.Shown;
import io.understudy.testbed.check.Call;
import io.understudy.testbed.check.SloWatch;
import io.understudy.testbed.check.Violation;
import io.understudy.testbed.check.Violation.Kind;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a run measured, in the units of the last line of {@code --json}.
 *
 * @param failedReads reads without a right answer
 * @param failedWrites writes without a 2xx
 * @param inFlightWritesAtKill writes that waited for their answer when the primary was killed
 * @param failedWritesOutsideTakeOver failed writes that were over before the kill or began after
 *     the new primary's first acknowledgement
 * @param lostAcknowledgedWrites writes with a 2xx that the new primary does not have
 * @param acknowledgedWrites writes with a 2xx
 * @param falseAlarms alarms of the healthy time before the fault
 * @param alarmLeadSeconds from the alarm until people felt the fault, or until the kill if they did
 *     not; empty without an alarm
 * @param takeoverMillis from the kill to the first write that the new primary acknowledged; empty
 *     without one
 * @param maxShareBp largest share that was in force, basis points
 * @param usersServedByShadowBeforeKill people who had a read answered by another endpoint than the
 *     primary before the kill
 */
record Figures(
    long failedReads,
    long failedWrites,
    long inFlightWritesAtKill,
    long failedWritesOutsideTakeOver,
    long lostAcknowledgedWrites,
    long acknowledgedWrites,
    long falseAlarms,
    OptionalDouble alarmLeadSeconds,
    OptionalLong takeoverMillis,
    int maxShareBp,
    long usersServedByShadowBeforeKill) {

  /**
   * The instants that the figures refer to, on the clock of the calls.
   *
   * @param healthy from when on nothing was wrong: every process is up and serves well
   * @param fault begin of the fault; of the kill, where there is no fault before
   * @param alarms when the daemon left its calm
   * @param kill last instant before the kill
   * @param takenOver first acknowledgement by the new primary
   * @param primary the endpoint that was killed
   * @param maxShareBp largest share that was in force
   */
  record Moments(
      long healthy,
      long fault,
      List<Long> alarms,
      long kill,
      OptionalLong takenOver,
      String primary,
      int maxShareBp) {}

  static Figures of(
      List<Call> calls, List<Violation> violations, Moments moments, SloWatch objective) {
    List<Call> failedWrites = calls.stream().filter(c -> c.isWrite() && c.failed()).toList();
    return new Figures(
        calls.stream().filter(call -> !call.isWrite() && call.failed()).count(),
        failedWrites.size(),
        calls.stream().filter(call -> call.isWrite() && call.span().holds(moments.kill())).count(),
        failedWrites.stream().filter(call -> outsideTakeOver(call, moments)).count(),
        violations.stream().filter(v -> v.kind() == Kind.LOST_WRITE).count(),
        calls.stream().filter(call -> call.answer() instanceof Acknowledged).count(),
        moments.alarms().stream()
            .filter(at -> at >= moments.healthy() && at < moments.fault())
            .count(),
        alarmLead(calls, moments, objective),
        takeover(moments),
        moments.maxShareBp(),
        servedByShadow(calls, moments));
  }

  /** The keys in the order in which people read them. */
  JsonObject json(boolean ok) {
    return new JsonObject()
        .put("failedReads", failedReads)
        .put("failedWrites", failedWrites)
        .put("inFlightWritesAtKill", inFlightWritesAtKill)
        .put("lostAcknowledgedWrites", lostAcknowledgedWrites)
        .put("acknowledgedWrites", acknowledgedWrites)
        .put("falseAlarms", falseAlarms)
        .put("alarmLeadSeconds", orNull(alarmLeadSeconds))
        .put("takeoverMillis", takeoverMillis.isPresent() ? takeoverMillis.getAsLong() : null)
        .put("maxShareBp", maxShareBp)
        .put("usersServedByShadowBeforeKill", usersServedByShadowBeforeKill)
        .put("ok", ok);
  }

  private static @Nullable Double orNull(OptionalDouble value) {
    return value.isPresent() ? Math.round(value.getAsDouble() * 100) / 100.0 : null;
  }

  private static boolean outsideTakeOver(Call call, Moments moments) {
    return call.span().endNanos() < moments.kill()
        || (moments.takenOver().isPresent()
            && call.span().startNanos() > moments.takenOver().getAsLong());
  }

  private static OptionalDouble alarmLead(List<Call> calls, Moments moments, SloWatch objective) {
    OptionalLong alarm =
        moments.alarms().stream()
            .filter(at -> at >= moments.fault())
            .mapToLong(Long::longValue)
            .findFirst();
    if (alarm.isEmpty()) {
      return OptionalDouble.empty();
    }
    List<Call> felt =
        calls.stream()
            .filter(call -> call.span().startNanos() >= moments.fault())
            .filter(call -> call.span().endNanos() < moments.kill())
            .filter(call -> by(call, moments.primary()))
            .toList();
    long trouble = objective.firstBreach(felt).orElse(moments.kill());
    return OptionalDouble.of((trouble - alarm.getAsLong()) / 1e9);
  }

  /** Calls without any answer count as the primary's: it is the one in trouble. */
  private static boolean by(Call call, String endpoint) {
    return call.answer().endpoint().equals(endpoint) || call.answer().endpoint().isEmpty();
  }

  private static OptionalLong takeover(Moments moments) {
    return moments.takenOver().isEmpty()
        ? OptionalLong.empty()
        : OptionalLong.of((moments.takenOver().getAsLong() - moments.kill()) / 1_000_000);
  }

  private static long servedByShadow(List<Call> calls, Moments moments) {
    return calls.stream()
        .filter(call -> call.span().endNanos() < moments.kill())
        .filter(call ->
            call.answer() instanceof Shown(String endpoint, var order, boolean standIn)
                && !standIn
                && !endpoint.equals(moments.primary()))
        .map(Call::user)
        .distinct()
        .count();
  }
}
