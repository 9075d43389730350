package io.understudy.testbed.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testbed.check.Answer.Acknowledged;
import io.understudy.testbed.check.Answer.Failed;
import io.understudy.testbed.check.Answer.Shown;
import io.understudy.testbed.check.Operation.Change;
import io.understudy.testbed.check.Operation.Create;
import io.understudy.testbed.check.Operation.Read;
import io.understudy.testbed.check.Violation.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * A store that keeps every promise, with lost answers and people side by side, makes histories that
 * pass; each with one thing spoilt is rejected for that thing.
 */
class RandomHistoriesTest {
  private static final int RUNS = 200;

  @Test
  void keptPromisesPassAndASpoiltOneIsNamed() {
    long first = new SplittableRandom().nextLong();
    for (long seed = first; seed < first + RUNS; seed++) {
      Store store = new Store(new SplittableRandom(seed));
      IntStream.range(0, 300).forEach(i -> store.step());
      String name = "seed " + seed;

      assertThat(check(store.calls, store.stored)).as(name).isEmpty();
      assertThat(check(store.calls, store.withoutOneAcknowledgedOrder()))
          .as(name)
          .isNotEmpty()
          .allMatch(violation -> violation.kind() == Kind.LOST_WRITE);
      assertThat(check(store.withOneStaleRead(), store.stored))
          .as(name)
          .extracting(Violation::kind)
          .contains(Kind.STALE_READ);
      assertThat(check(store.withOnePhantom(), store.stored))
          .as(name)
          .extracting(Violation::kind)
          .containsOnly(Kind.PHANTOM);
    }
  }

  private static List<Violation> check(List<Call> calls, Map<String, StoredOrder> stored) {
    List<Person> people =
        IntStream.range(0, Store.PEOPLE)
            .mapToObj(i -> new Person("user-" + i, "everyone", "eu"))
            .toList();
    History.Routing nobodyShifted =
        new History.Routing("orders", List.of(), List.of(), Duration.ZERO, Duration.ZERO);
    return HistoryChecker.check(new History(people, calls, stored, nobodyShifted));
  }

  /** The dumbest correct service: one map, one step at a time; some answers get lost. */
  private static final class Store {
    static final int PEOPLE = 5;

    private final SplittableRandom random;
    private final List<Call> calls = new ArrayList<>();
    private final Map<String, StoredOrder> stored = new HashMap<>();
    private final long[] freeAt = new long[PEOPLE];
    private long clock;

    Store(SplittableRandom random) {
      this.random = random;
    }

    void step() {
      clock += random.nextInt(1, 50);
      int person = random.nextInt(PEOPLE);
      long start = Math.max(clock, freeAt[person]) + 1;
      Span span = new Span(start, start + random.nextInt(1, 200));
      freeAt[person] = span.endNanos();
      String user = "user-" + person;
      List<String> own =
          stored.keySet().stream().filter(o -> shown(o).user().equals(user)).sorted().toList();
      if (own.isEmpty() || random.nextInt(4) == 0) {
        write(span, user, new Create(user + "-" + calls.size(), amount()));
      } else if (random.nextInt(3) == 0) {
        write(span, user, new Change(own.get(random.nextInt(own.size())), amount()));
      } else {
        String order = own.get(random.nextInt(own.size()));
        calls.add(new Call(span, user, new Read(order), new Shown("eu-a", shown(order))));
      }
    }

    private StoredOrder shown(String order) {
      return Objects.requireNonNull(stored.get(order), order);
    }

    private int amount() {
      return calls.size() + 1; // Never twice the same.
    }

    private void write(Span span, String user, Operation.Write write) {
      boolean applied = random.nextInt(10) > 0;
      boolean answered = applied && random.nextInt(10) > 0;
      StoredOrder before = stored.get(write.order());
      int version = before == null ? 1 : before.version() + 1;
      if (applied) {
        stored.put(write.order(), new StoredOrder(user, write.amount(), version));
      }
      Answer answer =
          answered ? new Acknowledged("eu-a", version) : new Failed(0, "", "connection closed");
      calls.add(new Call(span, user, write, answer));
    }

    Map<String, StoredOrder> withoutOneAcknowledgedOrder() {
      Map<String, StoredOrder> less = new HashMap<>(stored);
      less.remove(
          calls.stream()
              .filter(call -> call.answer() instanceof Acknowledged)
              .findAny()
              .orElseThrow()
              .operation()
              .order());
      return less;
    }

    /** The last change that was acknowledged is followed by a read of the version before. */
    List<Call> withOneStaleRead() {
      Call change =
          calls.reversed().stream()
              .filter(call ->
                  call.operation() instanceof Change && call.answer() instanceof Acknowledged)
              .findFirst()
              .orElseThrow();
      String order = change.operation().order();
      int version = ((Acknowledged) change.answer()).version() - 1;
      StoredOrder older = new StoredOrder(change.user(), anyAmountOf(order), version);
      return plus(change.user(), order, older);
    }

    List<Call> withOnePhantom() {
      String order = stored.keySet().stream().sorted().findFirst().orElseThrow();
      StoredOrder now = shown(order);
      return plus(now.user(), order, new StoredOrder(now.user(), -1, now.version()));
    }

    private int anyAmountOf(String order) {
      return calls.stream()
          .filter(call -> call.isWrite() && call.operation().order().equals(order))
          .map(call -> ((Operation.Write) call.operation()).amount())
          .findFirst()
          .orElseThrow();
    }

    private List<Call> plus(String user, String order, StoredOrder shown) {
      List<Call> more = new ArrayList<>(calls);
      Span late = new Span(clock + 1_000_000, clock + 1_000_001);
      more.add(new Call(late, user, new Read(order), new Shown("eu-b", shown)));
      return more;
    }
  }
}
