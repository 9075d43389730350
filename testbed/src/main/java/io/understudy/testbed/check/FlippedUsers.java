package io.understudy.testbed.check;

import io.understudy.model.Bucket;
import io.understudy.testbed.check.Answer.Shown;
import io.understudy.testbed.check.Violation.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A user's side changes only when the share crosses the user's bucket or the epoch changes. Judged
 * by who answered the reads, with "in force" meaning: in a plan seen at most the tolerance before
 * the read began or after it ended, or in the one before or after those.
 *
 * <ol>
 *   <li>A read answered by another endpoint than a primary in force was answered by the shadow in
 *       force, and the user's bucket was below a share in force for the user's cohort. During a
 *       take-over anybody may answer.
 *   <li>After a read answered by the shadow, the user's next read is answered by the primary only
 *       if in between the user wrote (a recent writer may always be served by the primary), or the
 *       share in force did not admit the bucket, or the epoch changed, or a primary was taken over.
 * </ol>
 *
 * A read for which the gateway passed over the endpoint that it prefers says nothing about the
 * user's side: it kept it, and somebody stood in for one request.
 */
final class FlippedUsers {
  private final History.Routing routing;
  private final List<Violation> violations = new ArrayList<>();

  private FlippedUsers(History.Routing routing) {
    this.routing = routing;
  }

  static List<Violation> find(History history) {
    FlippedUsers flipped = new FlippedUsers(history.routing());
    if (history.routing().plans().isEmpty()) {
      return List.of(); // Nobody said who was to serve whom, so nobody broke it.
    }
    Map<String, Walk> walks = new HashMap<>();
    for (Person person : history.people()) {
      int bucket = Bucket.of(Bucket.salt(history.routing().service()), person.id());
      walks.put(person.id(), flipped.new Walk(person, bucket));
    }
    for (Call call : history.calls()) {
      Walk walk = walks.get(call.user());
      if (walk == null) {
        throw new IllegalArgumentException("call of user " + call.user() + ", who is not listed");
      }
      walk.step(call);
    }
    return flipped.violations;
  }

  /** One user's way through the run. */
  private final class Walk {
    private final Person person;
    private final int bucket;

    /** The last read answered by the shadow, while nothing has excused a return since. */
    private @Nullable Span onShadow;

    Walk(Person person, int bucket) {
      this.person = person;
      this.bucket = bucket;
    }

    void step(Call call) {
      if (call.isWrite()) {
        onShadow = null;
      } else if (call.answer() instanceof Shown shown && !shown.standIn()) {
        judge(call, shown.endpoint());
      }
    }

    private void judge(Call read, String endpoint) {
      List<PlanSeen> inForce = inForce(read.span());
      if (inForce.stream().anyMatch(plan -> plan.primary().equals(endpoint))) {
        if (onShadow != null && !mayReturn(onShadow, read.span())) {
          report(read, "was answered by primary " + endpoint + " after a read by the shadow");
        }
        onShadow = null;
      } else if (!routing.duringTakeOver(read.span())) {
        if (inForce.stream().noneMatch(plan -> admits(plan, endpoint))) {
          report(read, "was answered by " + endpoint + ", which no plan in force allowed");
        }
        onShadow = read.span();
      }
    }

    private boolean mayReturn(Span shadowRead, Span read) {
      Span between = new Span(shadowRead.startNanos(), read.endNanos());
      List<PlanSeen> inForce = inForce(between);
      long epoch = inForce.getFirst().epoch();
      return routing.duringTakeOver(between)
          || inForce.stream().anyMatch(plan -> plan.epoch() != epoch)
          || inForce.stream()
              .anyMatch(plan -> plan.shadow() == null || !plan.shareOf(person).admits(bucket));
    }

    private boolean admits(PlanSeen plan, String endpoint) {
      return endpoint.equals(plan.shadow()) && plan.shareOf(person).admits(bucket);
    }

    private void report(Call read, String what) {
      String who =
          person.id() + " (bucket " + bucket + ", " + person.group() + ", " + person.region();
      String text = "user " + who + "), order " + read.operation().order() + ": a read " + what;
      violations.add(new Violation(Kind.FLIPPED_USER, text + "; " + sharesNear(read.span())));
    }

    private String sharesNear(Span span) {
      int share = inForce(span).getLast().shareOf(person).basisPoints();
      return "share of the cohort " + share + " bp";
    }
  }

  /** Plans that may have been in force at some instant of a span; never empty. */
  private List<PlanSeen> inForce(Span span) {
    long tolerance = routing.tolerance().toNanos();
    List<PlanSeen> plans = routing.plans();
    int first = 0;
    while (first + 1 < plans.size()
        && plans.get(first + 1).nanos() <= span.startNanos() - tolerance) {
      first++;
    }
    int last = first;
    while (last + 1 < plans.size() && plans.get(last).nanos() < span.endNanos() + tolerance) {
      last++;
    }
    return plans.subList(first, last + 1);
  }
}
