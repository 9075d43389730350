package io.understudy.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.nio.serialization.genericrecord.GenericRecordBuilder;
import io.prometheus.client.CollectorRegistry;
import io.understudy.gateway.Await;
import io.understudy.gateway.LogLines;
import io.understudy.gateway.decision.Limits;
import io.understudy.gateway.decision.Plans;
import io.understudy.gateway.decision.ServiceView;
import io.understudy.gateway.decision.Snapshot;
import io.understudy.gateway.metrics.GatewayMetrics;
import io.understudy.model.AppliedClock;
import io.understudy.model.Cohort;
import io.understudy.model.RiskScore;
import io.understudy.model.Share;
import io.understudy.model.ShiftPlan;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real member over real sockets. */
class SnapshotCopierTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final String EU_A = RiskScore.key("orders", "eu-a");
  private static final String EU_B = RiskScore.key("orders", "eu-b");

  private final CollectorRegistry registry = new CollectorRegistry();
  private final LogLines log = new LogLines();
  private Member member;
  private HazelcastInstance client;
  private SnapshotCopier copier;

  @BeforeEach
  void start() throws IOException {
    member = Member.start();
    client = ClusterClient.start(List.of(member.address()));
    copier = SnapshotCopier.start(client, Limits.DEFAULT, new GatewayMetrics(registry));
  }

  @AfterEach
  void stop() {
    copier.close();
    client.shutdown();
    member.close();
    log.close();
  }

  @Test
  void everyComponentOfTheRecordsArrives() {
    Cohort beta = new Cohort("beta", "beta", "eu", "GET", "/cart", new Share(2500));
    ShiftPlan plan = Plans.orders("eu-b", List.of(beta, Plans.everybody(10)));
    RiskScore score =
        new RiskScore(
            "orders",
            "eu-a",
            0.75,
            60,
            "m1",
            99,
            List.of(new RiskScore.Contribution("gc", 1.5), new RiskScore.Contribution("cpu", -1)));
    AppliedClock clock = new AppliedClock("orders", "eu-b", 1, 1234);
    member.put(ShiftPlan.MAP, "orders", plan);
    member.put(RiskScore.MAP, EU_A, score);
    member.put(AppliedClock.MAP, EU_B, clock);

    awaitView("all three", v -> v.primaryScore() != null && v.shadowClock() != null);

    ServiceView view = view();
    assertThat(view.plan().plan()).isEqualTo(plan);
    assertThat(view.primaryScore()).isEqualTo(score);
    assertThat(view.shadowClock()).isEqualTo(clock);
    assertThat(copier.current().reached()).isTrue();
  }

  @Test
  void changesArriveByInvalidationLongBeforeTheNearCacheExpires() {
    publish(1, 1);
    awaitVersion(1);

    Duration slowest = Duration.ZERO;
    for (int version = 2; version <= 20; version++) {
      publish(1, version);
      Duration took = awaitVersion(version);
      slowest = took.compareTo(slowest) > 0 ? took : slowest;
    }

    assertThat(slowest).as("slowest of 19 changes").isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void lowerPlanNeverReplacesAHigherOne() {
    publish(2, 5);
    awaitVersion(5);

    publish(1, 9);
    Await.until("the log line", BOUND, () -> log.contains("shift-plans orders", "OUTDATED"));
    assertThat(view().plan().plan().epoch()).isEqualTo(2);

    publish(2, 6);
    awaitVersion(6);
  }

  @Test
  void lastValuesServeWithoutTheClusterAndNewOnesWhenItIsBack() {
    publish(1, 1);
    member.put(RiskScore.MAP, EU_A, score(0.5));
    awaitView("plan and score", v -> v.primaryScore() != null);
    Snapshot before = copier.current();

    member.die();
    Await.until("the log line", BOUND, () -> log.contains("WARN cluster: CONNECTED -> OFFLINE"));
    assertThat(copier.current()).isEqualTo(before);
    assertThat(registry.getSampleValue("understudy_cluster_connected")).isZero();

    member = Member.start(member.port());
    publish(1, 2);
    awaitVersion(2);
    assertThat(log.contains("cluster: OFFLINE -> CONNECTED")).isTrue();
  }

  @Test
  void invalidScoreIsUnknownAndSaidSoOnce() {
    publish(1, 1);
    for (double invalid : new double[] {Double.NaN, 1.5, -0.1, Double.POSITIVE_INFINITY}) {
      member.put(RiskScore.MAP, EU_A, score(0.5));
      awaitView("a valid score", v -> v.primaryScore() != null);

      member.put(RiskScore.MAP, EU_A, rawScore(invalid));
      awaitView("score " + invalid + " unknown", v -> v.primaryScore() == null);
      Await.until(
          "the log line",
          BOUND,
          () ->
              log.contains(
                  "ERROR risk-scores orders/eu-a: KNOWN -> UNREADABLE",
                  "score " + invalid + " is not a probability in [0,1]",
                  "counts as unknown"));
    }
    assertThat(registry.getSampleValue("understudy_cache_unreadable_total", MAP, SCORES))
        .isEqualTo(4);
  }

  @Test
  void valueOfAnotherTypeIsUnreadable() {
    publish(1, 1);
    awaitVersion(1);

    member.put(ShiftPlan.MAP, "orders", "a text");

    Await.until("the plan unknown", BOUND, () -> copier.current().service("orders") == null);
    assertThat(log.contains("shift-plans orders: KNOWN -> UNREADABLE", "it holds a String"))
        .isTrue();
  }

  @Test
  void javaSerialisedValueIsRefused() {
    publish(1, 1);
    member.put(RiskScore.MAP, EU_A, new Gadget());

    Await.until(
        "the log line",
        BOUND,
        () -> log.contains("risk-scores orders/eu-a", "UNREADABLE", "Gadget is not allowed"));
    assertThat(Gadget.wasRead).isFalse();
    awaitView("the plan without a score", v -> v.primaryScore() == null);
  }

  @Test
  void removedPlanIsUnknownAndStaysOutdatedForever() {
    publish(3, 1);
    awaitVersion(1);
    member.remove(ShiftPlan.MAP, "orders");
    Await.until("the plan unknown", BOUND, () -> copier.current().service("orders") == null);

    publish(2, 1);
    Await.until("the log line", BOUND, () -> log.contains("shift-plans orders", "OUTDATED"));
    assertThat(copier.current().service("orders")).isNull();
  }

  @Test
  void startsWithNoClusterAtAll() throws IOException {
    member.die();
    HazelcastInstance lonely = ClusterClient.start(List.of(member.address()));
    try (SnapshotCopier alone =
        SnapshotCopier.start(lonely, Limits.DEFAULT, new GatewayMetrics(new CollectorRegistry()))) {
      assertThat(alone.current()).isEqualTo(Snapshot.NOTHING);

      member = Member.start(member.port());
      publish(1, 1);
      Await.until("the plan", BOUND, () -> alone.current().service("orders") != null);
    } finally {
      lonely.shutdown();
    }
  }

  private static final String[] MAP = {"map"};
  private static final String[] SCORES = {RiskScore.MAP};

  /** Something that only Java's own serialisation can carry. */
  private static final class Gadget implements Serializable {
    private static final long serialVersionUID = 1L;
    private static volatile boolean wasRead;

    private void readObject(java.io.ObjectInputStream in) {
      wasRead = true;
    }
  }

  private void publish(long epoch, long version) {
    member.put(
        ShiftPlan.MAP,
        "orders",
        Plans.orders(epoch, version, "eu-b", List.of(Plans.everybody(2500))));
  }

  private static RiskScore score(double value) {
    return new RiskScore("orders", "eu-a", value, 60, "m1", 99, List.of());
  }

  /** A score as a writer without our checks would publish it. */
  private static Object rawScore(double value) {
    return GenericRecordBuilder.compact(RiskScore.class.getName())
        .setString("service", "orders")
        .setString("endpoint", "eu-a")
        .setFloat64("score", value)
        .setInt32("horizonSeconds", 60)
        .setString("modelVersion", "m1")
        .setInt64("atMillis", 99)
        .setArrayOfGenericRecord(
            "reasons", new com.hazelcast.nio.serialization.genericrecord.GenericRecord[0])
        .build();
  }

  private ServiceView view() {
    ServiceView view = viewOrNull();
    assertThat(view).isNotNull();
    return java.util.Objects.requireNonNull(view);
  }

  private @Nullable ServiceView viewOrNull() {
    return copier.current().service("orders");
  }

  private Duration awaitVersion(long version) {
    return awaitView("version " + version, v -> v.plan().plan().version() == version);
  }

  private Duration awaitView(String what, Predicate<ServiceView> condition) {
    return Await.until(
        what,
        BOUND,
        () -> {
          ServiceView view = viewOrNull();
          return view != null && condition.test(view);
        });
  }
}
