package io.understudy.testbed.check;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * All that a run left behind to be judged.
 *
 * @param people everyone who made calls
 * @param calls in the order of their start
 * @param stored every acknowledged order that the last primary shows at the end, by id
 * @param routing who was to serve whom, and when
 */
public record History(
    List<Person> people, List<Call> calls, Map<String, StoredOrder> stored, Routing routing) {
  public History {
    people = List.copyOf(people);
    calls = List.copyOf(calls);
    stored = Map.copyOf(stored);
  }

  /**
   * Who was to serve whom.
   *
   * @param service name of the service, which salts the buckets
   * @param plans what was seen of the shift plan, in time order
   * @param takeOvers from the death of a primary until its successor acknowledged a first write
   * @param tolerance how long a published change may take to reach every gateway
   * @param staleReadsMax how far behind a shadow may be that serves reads in a take-over
   */
  public record Routing(
      String service,
      List<PlanSeen> plans,
      List<Span> takeOvers,
      Duration tolerance,
      Duration staleReadsMax) {
    public Routing {
      plans = List.copyOf(plans);
      takeOvers = List.copyOf(takeOvers);
    }

    boolean duringTakeOver(Span span) {
      return takeOvers.stream().anyMatch(span::overlaps);
    }
  }
}
