package io.understudy.testbed.load;

import io.understudy.testbed.check.Answer;
import io.understudy.testbed.check.Call;
import io.understudy.testbed.check.Operation;
import io.understudy.testbed.check.Person;
import io.understudy.testbed.check.Span;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Asks at a constant rate, whether or not the answers come: a person who still waits for an answer
 * keeps the next wish in mind, so a slow service builds up a backlog instead of slowing the load. A
 * person has one request in flight at a time, which gives every person's calls an order. All state
 * belongs to the verticle's event loop.
 */
public final class LoadGenerator {
  private static final long TICK_MILLIS = 5;

  private final Settings settings;
  private final LongSupplier nanos;
  private final Tally tally = new Tally();
  private final CompletableFuture<List<Call>> finished = new CompletableFuture<>();
  private final List<Customer> customers = new ArrayList<>();
  private final List<Call> calls = new ArrayList<>();
  private final SplittableRandom random;

  private final Context loop;
  private final OrdersClient client;
  private final long startedNanos;
  private long issued;
  private int inFlight;
  private boolean draining;

  /**
   * How to load.
   *
   * @param gatewayPort loopback port of the gateway
   * @param requestsPerSecond wishes per second, once the ramp is over
   * @param ramp how long the rate rises evenly from nothing: processes that have just started
   *     compile their code with the first requests
   * @param timeout longest wait for one answer
   * @param seed decides who wishes what
   */
  public record Settings(
      int gatewayPort, int requestsPerSecond, Duration ramp, Duration timeout, long seed) {

    /** How many wishes are due after some time: the area under the rate. */
    long due(double seconds) {
      double rising = Math.min(seconds, rampSeconds());
      double share = rampSeconds() == 0 ? 0 : rising / rampSeconds();
      return (long) (requestsPerSecond * (rising * share / 2 + seconds - rising));
    }

    private double rampSeconds() {
      return ramp.toMillis() / 1e3;
    }
  }

  private LoadGenerator(Vertx vertx, Settings settings, List<Person> people, LongSupplier nanos) {
    this.settings = settings;
    this.nanos = nanos;
    this.random = new SplittableRandom(settings.seed());
    people.forEach(person -> customers.add(new Customer(person, settings.seed())));
    HttpClient http =
        vertx.createHttpClient(
            new HttpClientOptions().setKeepAlive(true),
            new PoolOptions().setHttp1MaxSize(people.size()));
    this.client = new OrdersClient(http, settings.gatewayPort(), settings.timeout());
    this.loop = vertx.getOrCreateContext();
    this.startedNanos = nanos.getAsLong();
  }

  /** Starts to ask. */
  public static LoadGenerator start(
      Vertx vertx, Settings settings, List<Person> people, LongSupplier nanos) {
    LoadGenerator load = new LoadGenerator(vertx, settings, people, nanos);
    load.loop.runOnContext(ignored -> vertx.setPeriodic(TICK_MILLIS, load::tick));
    return load;
  }

  public Tally tally() {
    return tally;
  }

  /** Stops wishing and, once every wish has been answered, gives all calls by start. */
  public CompletableFuture<List<Call>> finish() {
    loop.runOnContext(ignored -> {
      draining = true;
      completeIfDrained();
    });
    return finished;
  }

  private void tick(long timer) {
    if (draining) {
      loop.owner().cancelTimer(timer);
      return;
    }
    double seconds = (nanos.getAsLong() - startedNanos) / 1e9;
    long due = settings.due(seconds);
    for (; issued < due; issued++) {
      Intent intent = Intent.draw(random, customers.size());
      Customer customer = customers.get(intent.person());
      if (!customer.wish(intent)) {
        giveUp(timer, customer);
        return;
      }
      next(customer);
    }
  }

  private void giveUp(long timer, Customer customer) {
    loop.owner().cancelTimer(timer);
    finished.completeExceptionally(
        new IllegalStateException(
            "user " + customer.person().id() + " waits with " + customer.backlog() + " wishes"));
  }

  private void next(Customer customer) {
    customer.begin().ifPresent(operation -> send(customer, operation));
  }

  private void send(Customer customer, Operation operation) {
    inFlight++;
    long start = nanos.getAsLong();
    client
        .send(customer, operation)
        .onSuccess(answer -> answered(customer, operation, start, answer));
  }

  private void answered(Customer customer, Operation operation, long start, Answer answer) {
    Span span = new Span(start, nanos.getAsLong());
    Call call = new Call(span, customer.person().id(), operation, answer);
    inFlight--;
    calls.add(call);
    tally.add(call);
    customer.finish(call);
    next(customer);
    completeIfDrained();
  }

  private void completeIfDrained() {
    if (draining && inFlight == 0 && customers.stream().allMatch(c -> c.backlog() == 0)) {
      calls.sort((a, b) -> Long.compare(a.span().startNanos(), b.span().startNanos()));
      finished.complete(List.copyOf(calls));
    }
  }
}
