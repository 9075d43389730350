package io.understudy.daemon.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.capture.Transaction;
import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ApplierTest {
  private static final TableName T = new TableName("public", "t");

  private final TestDatabase shadow = TestDatabase.on("eu-b");
  private final TransactionQueue queue = new TransactionQueue(1 << 20);
  private final List<String> heard = new ArrayList<>();
  private final CountDownLatch retried = new CountDownLatch(1);

  private final Applier.Listener listener =
      new Applier.Listener() {
        @Override
        public void applied(Position position, long readingMillis) {
          heard.add(position + " reading " + readingMillis);
        }

        @Override
        public void retrying(String reason) {
          heard.add("retrying " + reason);
          retried.countDown();
        }
      };

  @BeforeEach
  void copyAtTen() throws Exception {
    shadow.execute("CREATE TABLE t (id integer PRIMARY KEY, v text)");
    Bootstrap.schema(shadow.server());
    try (Connection connection = shadow.connect()) {
      new AppliedPosition("orders").replace(connection, at(10));
    }
  }

  private static Position at(long lsn) {
    return new Position(1, new Lsn(lsn));
  }

  private static Change insert(String id, String value) {
    return new Change.Insert(T, new Row(List.of("id", "v"), List.of(id, value)));
  }

  private void offer(long lsn, Change... changes) throws InterruptedException {
    queue.offer(new Transaction(at(lsn), lsn, List.of(changes)), Duration.ZERO);
  }

  private void run(Position from) throws Exception {
    queue.end();
    new Applier("orders", shadow.server(), queue, from, 100).run(listener);
  }

  private String rows() {
    return shadow.query("SELECT coalesce(string_agg(id || v, ' ' ORDER BY id), '') FROM t");
  }

  private String position() {
    return shadow.query("SELECT epoch || ':' || lsn FROM understudy.applied");
  }

  @Test
  void whatIsAppliedAlreadyIsSkipped() throws Exception {
    offer(9, insert("9", "x"));
    offer(10, insert("10", "x"));
    offer(11, insert("11", "x"));
    run(at(10));
    assertThat(rows()).isEqualTo("11x");
    assertThat(position()).isEqualTo("1:0/B");
    assertThat(heard).containsExactly("1:0/B reading 0");
  }

  @Test
  void orderInsideATransactionIsKept() throws Exception {
    Row key = new Row(List.of("id"), List.of("1"));
    offer(
        11,
        insert("1", "a"),
        new Change.Delete(T, key),
        insert("1", "b"),
        new Change.Update(T, key, new Row(List.of("id"), List.of("2")), List.of("v")),
        new Change.Truncate(new TableName("understudy", "heartbeat")),
        insert("1", "c"));
    run(at(10));
    assertThat(rows()).isEqualTo("1c 2b");
  }

  @Test
  void theHeartbeatReadingOfThisServiceIsTold() throws Exception {
    for (String service : List.of("orders", "others")) {
      offer(
          service.length() + 5,
          new Change.Insert(
              Catalogue.HEARTBEAT,
              new Row(
                  List.of("service", "epoch", "reading"),
                  List.of(service, "1", service.equals("orders") ? "77" : "99"))));
    }
    run(at(10));
    assertThat(heard).containsExactly("1:0/B reading 77");
  }

  @Test
  void aChangeThatFitsNoRowStopsTheShadowAndChangesNothing() throws Exception {
    offer(11, insert("1", "a"), new Change.Delete(T, new Row(List.of("id"), List.of("5"))));
    assertThatThrownBy(() -> run(at(10)))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("table public.t")
        .hasMessageContaining("its key [id], found 0 rows");
    assertThat(rows()).isEmpty();
    assertThat(position()).isEqualTo("1:0/A");
  }

  @Test
  void twoAppliersOfOneShadowExcludeEachOther() throws Exception {
    offer(11, insert("1", "a"));
    try (Connection connection = shadow.connect()) {
      new AppliedPosition("orders").replace(connection, new Position(2, new Lsn(5)));
    }
    assertThatThrownBy(() -> run(at(10)))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("somebody else");
    assertThat(rows()).isEmpty();
  }

  @Test
  void anUnreadableValueStopsTheShadowNamingTableAndColumn() throws Exception {
    offer(11, new Change.Unreadable(T, "v", "STRUCT"));
    assertThatThrownBy(() -> run(at(10))).hasMessageContaining("table public.t column v");
  }

  @Test
  void transientErrorsAreRetriedUntilTheyPass() throws Exception {
    offer(11, insert("1", "a"));
    queue.end();
    shadow.execute("ALTER DATABASE " + shadow.name() + " SET lock_timeout = '50ms'");
    try (Connection blocker = shadow.connect();
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("LOCK t IN ACCESS EXCLUSIVE MODE");
      Thread applier =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  new Applier("orders", shadow.server(), queue, at(10), 100).run(listener);
                } catch (DivergenceException | InterruptedException e) {
                  heard.add("ended " + e);
                }
              });
      retried.await();
      blocker.rollback();
      applier.join();
    }
    assertThat(heard.getFirst()).isEqualTo("retrying SQLSTATE 55P03");
    assertThat(heard.getLast()).isEqualTo("1:0/B reading 0");
    assertThat(rows()).isEqualTo("1a");
  }
}
