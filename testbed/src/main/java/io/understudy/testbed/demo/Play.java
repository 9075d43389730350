package io.understudy.testbed.demo;

import io.understudy.testbed.check.Call;
import io.understudy.testbed.check.History;
import io.understudy.testbed.check.HistoryChecker;
import io.understudy.testbed.check.Person;
import io.understudy.testbed.check.SloWatch;
import io.understudy.testbed.check.Span;
import io.understudy.testbed.check.StoredOrder;
import io.understudy.testbed.check.Violation;
import io.understudy.testbed.load.CallLog;
import io.understudy.testbed.load.LoadGenerator;
import io.understudy.testbed.load.Population;
import io.understudy.testbed.process.Child;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The story of one run, from the first order to the verdict, on a cluster that serves. */
final class Play {
  static final int PEOPLE = 500;
  static final int REQUESTS_PER_SECOND = 220;

  /** A little more than what is promised, so that a user on the edge does not decide. */
  private static final double SERVED_BEFORE_KILL = 0.22;

  private static final Duration GUARDED_MAX = Duration.ofSeconds(90);
  private static final Duration SETTLE_MAX = Duration.ofMinutes(3);
  private static final Duration SETTLED_FOR = Duration.ofSeconds(10);
  private static final Duration FREEZE_MAX = Duration.ofMinutes(10);

  /** Half of what alarms. */
  private static final double RISK_AT_REST = 0.25;

  private static final Duration ANSWER_MAX = Duration.ofSeconds(15);
  private static final Duration DRAIN_MAX = Duration.ofSeconds(60);
  private static final Duration TOLERANCE = Duration.ofSeconds(1);
  private static final Duration STALE_READS_MAX = Duration.ofSeconds(5);

  /** Half a minute: over a few seconds a single pause of the machine is one answer in a hundred. */
  private static final SloWatch OBJECTIVE =
      new SloWatch(Duration.ofMillis(250), 0.01, Duration.ofSeconds(30), 200);

  private final DemoOptions options;
  private final Timing timing;
  private final Layout layout;
  private final Stage stage;
  private final RunClock clock;
  private final Screen screen;
  private final FrontDoor door = new FrontDoor();
  private boolean killed;
  private long restlessAt;

  Play(
      DemoOptions options,
      Timing timing,
      Layout layout,
      Stage stage,
      RunClock clock,
      Screen screen) {
    this.options = options;
    this.timing = timing;
    this.layout = layout;
    this.stage = stage;
    this.clock = clock;
    this.screen = screen;
  }

  /**
   * How it ended.
   *
   * @param figures what was measured
   * @param broken promises that were broken
   */
  record Ending(Figures figures, List<String> broken) {}

  Ending perform(DaemonClient daemon) throws IOException, InterruptedException {
    Vertx vertx = Vertx.vertx();
    try (Observer observer = Observer.watch(daemon, clock, this::showEvent)) {
      return perform(vertx, daemon, observer);
    } finally {
      vertx.close();
    }
  }

  private Ending perform(Vertx vertx, DaemonClient daemon, Observer observer)
      throws IOException, InterruptedException {
    StateLine state = new StateLine(clock, observer);
    Phases phases =
        new Phases(clock, screen, layout.folder().logs(), () -> requireOrder(observer), state);
    phases.until(
        "shadows come in sync",
        GUARDED_MAX,
        () -> observer.newest().filter(ServiceSeen::guarded).isPresent());
    phases.until("first order", GUARDED_MAX, () -> door.takesOrders(layout.gateway()));
    // As operators do: what starts on a small machine breaks its objective by itself.
    daemon.freeze(Layout.SERVICE, FREEZE_MAX);
    List<Person> people = Population.of(PEOPLE, options.seed());
    LoadGenerator load = load(vertx, people);
    state.show(load.tally());
    phases.last("load rises", timing.ramp());
    phases.last("warm-up", timing.warmUp());
    restlessAt = clock.nanos();
    phases.until("machine settles", SETTLE_MAX, () -> settled(observer, load));
    daemon.release(Layout.SERVICE);
    phases.until("daemon is calm", SETTLE_MAX, () -> calm(observer));
    long healthy = clock.nanos();
    phases.last("healthy", timing.healthy());
    long fault = clock.nanos();
    if (options.scenario() == Scenario.DEGRADE) {
      degrade(phases, observer, load);
    }
    long kill = kill();
    if (options.scenario() == Scenario.CRASH) {
      fault = kill;
    }
    phases.until(
        "take-over", timing.takeOverMax(), () -> takenOver(load, layout.primary()).isPresent());
    OptionalLong takenOver = takenOver(load, layout.primary());
    phases.last("after the take-over", timing.after());
    List<Call> calls = drain(load);
    List<Long> alarms =
        observer.events().stream()
            .filter(AuditEvent::isAlarm)
            .map(event -> clock.nanosAt(event.atMillis()))
            .toList();
    Figures.Moments moments =
        new Figures.Moments(
            healthy,
            fault,
            alarms,
            kill,
            takenOver,
            layout.primary().name(),
            observer.maxShareInForce());
    screen.print(
        "alarms while everything started: " + alarms.stream().filter(at -> at < healthy).count());
    return judge(people, calls, moments, observer);
  }

  private LoadGenerator load(Vertx vertx, List<Person> people) {
    LoadGenerator.Settings settings =
        new LoadGenerator.Settings(
            layout.gateway(), REQUESTS_PER_SECOND, timing.ramp(), ANSWER_MAX, options.seed());
    return LoadGenerator.start(vertx, settings, people, clock::nanos);
  }

  /**
   * Eight virtual machines that start at once on two cores break the objective by themselves; the
   * story begins when people are served well and the risk is low, and have been for a while.
   */
  private boolean settled(Observer observer, LoadGenerator load) {
    long now = clock.nanos();
    long since = now - SETTLED_FOR.toNanos();
    List<Call> newest =
        load.tally().recent().stream().filter(call -> call.span().endNanos() >= since).toList();
    double risk = observer.risks().getOrDefault(layout.primary().name(), 1.0);
    if (risk >= RISK_AT_REST || OBJECTIVE.firstBreach(newest).isPresent()) {
      restlessAt = now;
    }
    return restlessAt <= since;
  }

  private static boolean calm(Observer observer) {
    return observer.events().stream()
        .filter(event -> event.kind().equals("shift"))
        .reduce((earlier, later) -> later)
        .map(event -> event.to().startsWith("Calm"))
        .orElse(true);
  }

  private void degrade(Phases phases, Observer observer, LoadGenerator load)
      throws IOException, InterruptedException {
    long fault = clock.nanos();
    door.breakSlowly(layout.primary(), "leak", timing.leakMegabytesPerSecond());
    screen.say(
        clock.secondsAt(clock.nanos()),
        "a memory leak grows in the application of " + layout.primary().name());
    phases.until(
        "fault grows until the alarm",
        timing.alarmMax(),
        () ->
            observer.events().stream()
                .anyMatch(e -> e.isAlarm() && clock.nanosAt(e.atMillis()) >= fault));
    phases.until(
        "users move until the share is " + Promises.SHARE_MIN_BP + " bp",
        timing.shiftMax(),
        () ->
            observer.maxShareInForce() >= Promises.SHARE_MIN_BP
                && servedByShadows(load) >= SERVED_BEFORE_KILL * PEOPLE);
  }

  /** Whatever dies or takes over without our doing would make everything after it pointless. */
  private void requireOrder(Observer observer) {
    for (Child child : stage.endedByThemselves()) {
      throw new IllegalStateException(
          child.name()
              + " ended by itself with status "
              + child.exitStatus().orElseThrow()
              + "; see "
              + child.log());
    }
    String primary =
        observer.newest().map(seen -> seen.plan().primary()).orElse(layout.primary().name());
    if (!killed && !primary.equals(layout.primary().name())) {
      throw new IllegalStateException(
          primary + " took over although " + layout.primary().name() + " was not killed yet");
    }
  }

  /** Returns the last instant before the kill. */
  private long kill() throws IOException {
    killed = true;
    Layout.Endpoint victim = layout.primary();
    long before = clock.nanos();
    int count = stage.kill(victim);
    screen.say(
        clock.secondsAt(before),
        "SIGKILL to all " + count + " processes of " + victim.name() + ", its data are gone");
    return before;
  }

  private int servedByShadows(LoadGenerator load) {
    return layout.endpoints().stream()
        .filter(endpoint -> !endpoint.equals(layout.primary()))
        .mapToInt(endpoint -> load.tally().readersServedBy(endpoint.name()))
        .max()
        .orElse(0);
  }

  private OptionalLong takenOver(LoadGenerator load, Layout.Endpoint victim) {
    return layout.endpoints().stream()
        .filter(endpoint -> !endpoint.equals(victim))
        .map(endpoint -> load.tally().firstAcknowledgedBy(endpoint.name()))
        .filter(OptionalLong::isPresent)
        .mapToLong(OptionalLong::getAsLong)
        .min();
  }

  private List<Call> drain(LoadGenerator load) throws IOException, InterruptedException {
    try {
      List<Call> calls = load.finish().get(DRAIN_MAX.toSeconds(), TimeUnit.SECONDS);
      Path file = layout.folder().logs().resolve("calls.tsv");
      CallLog.write(file, calls, clock.originNanos());
      return calls;
    } catch (TimeoutException e) {
      throw new IOException("the last answers did not come within " + DRAIN_MAX, e);
    } catch (ExecutionException e) {
      throw new IOException("the load failed: " + e.getCause(), e);
    }
  }

  private Ending judge(
      List<Person> people, List<Call> calls, Figures.Moments moments, Observer observer)
      throws IOException, InterruptedException {
    Layout.Endpoint primary = layout.endpoint(observer.plans().getLast().primary());
    screen.say(
        clock.secondsAt(clock.nanos()),
        "reading every acknowledged order back from " + primary.name());
    Map<String, StoredOrder> stored = new ReadBack(primary).acknowledgedIn(calls);
    Span takeOver = new Span(moments.kill(), moments.takenOver().orElseThrow());
    History.Routing routing =
        new History.Routing(
            Layout.SERVICE, observer.plans(), List.of(takeOver), TOLERANCE, STALE_READS_MAX);
    List<Violation> violations = HistoryChecker.check(new History(people, calls, stored, routing));
    Figures figures = Figures.of(calls, violations, moments, OBJECTIVE);
    return new Ending(
        figures, Promises.broken(options.scenario(), figures, violations, people.size()));
  }

  private void showEvent(AuditEvent event) {
    screen.say(
        clock.secondsAt(clock.nanosAt(event.atMillis())),
        event.kind()
            + ": "
            + event.from()
            + " -> "
            + event.to()
            + (event.cause().isEmpty() ? "" : " (" + event.cause() + ")"));
  }
}
