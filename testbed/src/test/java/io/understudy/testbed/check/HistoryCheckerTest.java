package io.understudy.testbed.check;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.model.Bucket;
import io.understudy.model.Cohort;
import io.understudy.model.Share;
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
import org.junit.jupiter.api.Test;

/** Histories written by hand; times are in milliseconds. */
class HistoryCheckerTest {
  private static final Person ANN = new Person("ann", "everyone", "eu");
  private static final int BUCKET = Bucket.of(Bucket.salt("orders"), "ann");

  private final List<Call> calls = new ArrayList<>();
  private final List<PlanSeen> plans = new ArrayList<>();
  private final List<Span> takeOvers = new ArrayList<>();
  private final Map<String, StoredOrder> stored = new HashMap<>();

  @Test
  void historyThatKeepsEveryPromisePasses() {
    create(0, 5, 1);
    show(10, "eu-a", 5, 1);
    change(20, 7, 2);
    show(30, "eu-a", 7, 2);
    stored.put("o1", new StoredOrder("ann", 7, 2));

    assertThat(check()).isEmpty();
  }

  @Test
  void acknowledgedOrderThatIsMissingAtTheEndIsLost() {
    create(0, 5, 1);

    assertSingle(
        Kind.LOST_WRITE,
        "user ann, order o1: version 1 with amount 5 was acknowledged by eu-a, but the order is"
            + " missing at the end");
  }

  @Test
  void acknowledgedChangeThatIsMissingAtTheEndIsLost() {
    create(0, 5, 1);
    change(20, 7, 2);
    stored.put("o1", new StoredOrder("ann", 5, 1));

    assertSingle(Kind.LOST_WRITE, "order o1: version 2 with amount 7", "has version 1 at the end");
  }

  @Test
  void acknowledgedVersionWithAnotherAmountAtTheEndIsLost() {
    create(0, 5, 1);
    stored.put("o1", new StoredOrder("ann", 6, 1));

    assertSingle(Kind.LOST_WRITE, "order o1", "that version has amount 6 at the end");
  }

  @Test
  void unknownWriteMayOrMayNotBeThereAtTheEnd() {
    create(0, 5, 1);
    call(20, new Change("o1", 7), new Failed(503, "eu-a", "unknown"));
    show(40, "eu-a", 5, 1);
    show(50, "eu-a", 7, 2);

    stored.put("o1", new StoredOrder("ann", 7, 2));
    assertThat(check()).isEmpty();
    stored.put("o1", new StoredOrder("ann", 5, 1));
    assertThat(check()).isEmpty();
  }

  @Test
  void readThatMissesAnOwnAcknowledgedWriteIsStale() {
    create(0, 5, 1);
    change(20, 7, 2);
    show(30, "eu-b", 5, 1);
    stored.put("o1", new StoredOrder("ann", 7, 2));

    assertSingle(
        Kind.STALE_READ,
        "user ann, order o1: a read answered by eu-b shows version 1, but version 2 had been"
            + " acknowledged before it began");
  }

  @Test
  void notFoundForAnAcknowledgedOrderIsStale() {
    create(0, 5, 1);
    call(20, new Read("o1"), new Failed(404, "eu-b", ""));
    stored.put("o1", new StoredOrder("ann", 5, 1));

    assertSingle(Kind.STALE_READ, "user ann, order o1", "shows nothing, but version 1");
  }

  @Test
  void readDuringTakeOverMayBeBehindByTheStalenessBoundOnly() {
    create(0, 5, 1);
    change(900, 7, 2);
    takeOvers.add(span(1_000, 3_000));
    show(1_200, "eu-b", 5, 1);
    stored.put("o1", new StoredOrder("ann", 7, 2));
    assertThat(check()).isEmpty();

    show(2_500, "eu-b", 5, 1);
    assertSingle(Kind.STALE_READ, "order o1", "shows version 1, but version 2");
  }

  @Test
  void readByAStandInMayBeBehindByTheStalenessBoundOnly() {
    create(0, 5, 1);
    change(900, 7, 2);
    standIn(1_200, "eu-b", 5, 1);
    stored.put("o1", new StoredOrder("ann", 7, 2));
    assertThat(check()).isEmpty();

    standIn(2_500, "eu-b", 5, 1);
    assertSingle(Kind.STALE_READ, "order o1", "shows version 1, but version 2");
  }

  @Test
  void readByAStandInMovesNobody() {
    plan(0, 1, 0);
    createdOrder();
    standIn(2_000, "eu-b", 5, 1);
    show(2_100, "eu-a", 5, 1);

    assertThat(check()).isEmpty();
  }

  @Test
  void amountThatNobodyWroteIsAPhantom() {
    create(0, 5, 1);
    show(10, "eu-a", 99, 1);
    stored.put("o1", new StoredOrder("ann", 5, 1));

    assertSingle(Kind.PHANTOM, "user ann, order o1", "shows amount 99, never written");
  }

  @Test
  void amountThatIsWrittenOnlyLaterIsAPhantom() {
    create(0, 5, 1);
    show(10, "eu-a", 7, 2);
    change(20, 7, 2);
    stored.put("o1", new StoredOrder("ann", 7, 2));

    assertSingle(Kind.PHANTOM, "shows amount 7, never written");
  }

  @Test
  void acknowledgedVersionWithAnotherAmountIsAPhantom() {
    create(0, 5, 1);
    call(20, new Change("o1", 6), new Failed(0, "", "no answer"));
    change(30, 7, 2);
    show(40, "eu-b", 6, 2);
    stored.put("o1", new StoredOrder("ann", 7, 2));

    assertSingle(Kind.PHANTOM, "shows amount 6 as version 2, acknowledged with amount 7");
  }

  @Test
  void orderOfSomebodyElseIsAPhantom() {
    create(0, 5, 1);
    call(10, new Read("o1"), new Shown("eu-a", new StoredOrder("bob", 5, 1)));
    stored.put("o1", new StoredOrder("ann", 5, 1));

    assertSingle(Kind.PHANTOM, "shows it as belonging to user bob");
  }

  @Test
  void shadowMayServeWhomTheShareAdmits() {
    plan(0, 1, 0);
    createdOrder();
    plan(1_000, 1, BUCKET + 1);
    show(2_000, "eu-b", 5, 1);
    show(2_100, "eu-b", 5, 1);

    assertThat(check()).isEmpty();
  }

  @Test
  void shadowThatServesWhomNoShareAdmitsIsAFlip() {
    plan(0, 1, 0);
    createdOrder();
    plan(1_000, 1, BUCKET);
    plan(5_000, 1, BUCKET);
    show(2_000, "eu-b", 5, 1);

    assertSingle(
        Kind.FLIPPED_USER,
        "user ann (bucket " + BUCKET,
        "was answered by eu-b, which no plan in force allowed",
        "share of the cohort " + BUCKET + " bp");
  }

  @Test
  void userWhoReturnsWithoutAReasonIsFlipped() {
    plan(0, 1, 10_000);
    createdOrder();
    show(2_000, "eu-b", 5, 1);
    show(3_000, "eu-a", 5, 1);

    assertSingle(
        Kind.FLIPPED_USER, "user ann", "answered by primary eu-a after a read by the shadow");
  }

  @Test
  void recentWriterMayReturn() {
    plan(0, 1, 10_000);
    createdOrder();
    show(2_000, "eu-b", 5, 1);
    change(2_500, 7, 2);
    show(3_000, "eu-a", 7, 2);
    show(4_000, "eu-b", 7, 2);
    stored.put("o1", new StoredOrder("ann", 7, 2));

    assertThat(check()).isEmpty();
  }

  @Test
  void userReturnsWhenTheShareFallsBelowTheBucket() {
    plan(0, 1, 10_000);
    createdOrder();
    show(2_000, "eu-b", 5, 1);
    plan(2_500, 1, 0);
    show(3_500, "eu-a", 5, 1);

    assertThat(check()).isEmpty();
  }

  @Test
  void everybodyFollowsTheEpoch() {
    plan(0, 1, 0);
    createdOrder();
    takeOvers.add(span(2_000, 3_000));
    show(2_100, "eu-b", 5, 1);
    plans.add(new PlanSeen(nanos(2_900), 2, "eu-b", null, List.of()));
    show(4_000, "eu-b", 5, 1);

    assertThat(check()).isEmpty();
  }

  @Test
  void cohortOfTheUserDecides() {
    createdOrder();
    Cohort beta = new Cohort("beta", "beta", null, null, null, Share.ALL);
    Cohort rest = new Cohort("rest", null, null, null, null, Share.NONE);
    plans.add(new PlanSeen(nanos(0), 1, "eu-a", "eu-b", List.of(beta, rest)));
    show(2_000, "eu-b", 5, 1);

    assertSingle(Kind.FLIPPED_USER, "user ann", "which no plan in force allowed");
  }

  private void createdOrder() {
    create(0, 5, 1);
    stored.put("o1", new StoredOrder("ann", 5, 1));
  }

  private void create(long at, int amount, int version) {
    call(at, new Create("o1", amount), new Acknowledged("eu-a", version));
  }

  private void change(long at, int amount, int version) {
    call(at, new Change("o1", amount), new Acknowledged("eu-a", version));
  }

  private void show(long at, String endpoint, int amount, int version) {
    call(at, new Read("o1"), new Shown(endpoint, new StoredOrder("ann", amount, version)));
  }

  private void standIn(long at, String endpoint, int amount, int version) {
    call(at, new Read("o1"), new Shown(endpoint, new StoredOrder("ann", amount, version), true));
  }

  private void call(long at, Operation operation, Answer answer) {
    calls.add(new Call(span(at, at + 5), "ann", operation, answer));
  }

  private void plan(long at, long epoch, int share) {
    Cohort all = new Cohort("all", null, null, null, null, new Share(share));
    plans.add(new PlanSeen(nanos(at), epoch, "eu-a", "eu-b", List.of(all)));
  }

  private static Span span(long fromMillis, long toMillis) {
    return new Span(nanos(fromMillis), nanos(toMillis));
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private List<Violation> check() {
    History.Routing routing =
        new History.Routing(
            "orders", plans, takeOvers, Duration.ofMillis(100), Duration.ofSeconds(1));
    return HistoryChecker.check(new History(List.of(ANN), calls, stored, routing));
  }

  private void assertSingle(Kind kind, String... parts) {
    assertThat(check()).singleElement().extracting(Violation::kind).isEqualTo(kind);
    assertThat(check().getFirst().message()).contains(parts);
  }
}
