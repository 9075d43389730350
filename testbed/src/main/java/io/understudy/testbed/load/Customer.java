package io.understudy.testbed.load;

import io.understudy.testbed.check.Answer;
import io.understudy.testbed.check.Call;
import io.understudy.testbed.check.Operation;
import io.understudy.testbed.check.Person;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * A person at work: does one thing at a time and keeps the next ones in mind. Owned by the load
 * generator's event loop.
 */
final class Customer {
  private static final int WAITING_MAX = 1_000;

  private final Person person;
  private final long seed;
  private final CookieJar cookies = new CookieJar();
  private final List<String> acknowledged = new ArrayList<>();
  private final Deque<Intent> waiting = new ArrayDeque<>();
  private boolean busy;
  private int created;

  Customer(Person person, long seed) {
    this.person = person;
    this.seed = seed;
  }

  Person person() {
    return person;
  }

  CookieJar cookies() {
    return cookies;
  }

  int backlog() {
    return waiting.size();
  }

  /** Keeps a wish in mind, or says that there are too many. */
  boolean wish(Intent intent) {
    return waiting.size() < WAITING_MAX && waiting.add(intent);
  }

  /** What to send now, if anything; until {@link #finish} nothing else is. */
  Optional<Operation> begin() {
    if (busy || waiting.isEmpty()) {
      return Optional.empty();
    }
    busy = true;
    return Optional.of(operation(waiting.removeFirst()));
  }

  void finish(Call call) {
    busy = false;
    if (call.operation() instanceof Operation.Create create
        && call.answer() instanceof Answer.Acknowledged) {
      acknowledged.add(create.order());
    }
  }

  /** Reads and changes touch only orders that were acknowledged; who has none makes one. */
  private Operation operation(Intent intent) {
    if (intent.kind() == Intent.Kind.CREATE || acknowledged.isEmpty()) {
      return new Operation.Create(nextId(), intent.amount());
    }
    String order = acknowledged.get((int) (intent.pick() * acknowledged.size()));
    return intent.kind() == Intent.Kind.READ
        ? new Operation.Read(order)
        : new Operation.Change(order, intent.amount());
  }

  private String nextId() {
    created++;
    return UUID.nameUUIDFromBytes(
            (seed + "/" + person.id() + "/" + created).getBytes(StandardCharsets.UTF_8))
        .toString();
  }
}
