package io.understudy.daemon.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.PostgresVersion;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every capture does, against a real server; the subclasses make the captures. */
abstract class CaptureContract {
  final TestDatabase primary = TestDatabase.on(version(), "eu-a");
  final String service = "c" + primary.name();
  final Slots slots = new Slots(primary.server(), service);

  PostgresVersion version() {
    return PostgresVersion.V17;
  }

  /** Collects the stream. */
  static final class Collector implements Capture.Sink {
    final BlockingQueue<Transaction> transactions = new LinkedBlockingQueue<>();
    final BlockingQueue<String> failures = new LinkedBlockingQueue<>();

    @Override
    public void accept(Transaction transaction) {
      transactions.add(transaction);
    }

    @Override
    public void failed(String reason) {
      failures.add(reason);
    }

    Transaction next() throws InterruptedException {
      Transaction next = transactions.poll(30, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("no transaction; failures " + failures);
      }
      return next;
    }
  }

  @BeforeEach
  void publishAndCreateSlot() throws Exception {
    primary.execute("CREATE TABLE t (id integer PRIMARY KEY, v text, big text)");
    primary.execute("ALTER TABLE t ALTER big SET STORAGE EXTERNAL");
    Bootstrap.schema(primary.server());
    try (Connection connection = primary.connect()) {
      Bootstrap.publication(primary.server(), service, Catalogue.read(connection));
    }
    slots.create(1).close();
  }

  /** A capture of what the slot of epoch 1 has, for publication {@link #service}. */
  abstract Capture capture(Supplier<Optional<String>> slotCheck) throws Exception;

  /** Starts a capture; one that hears no more until it is confirmed is confirmed as it goes. */
  void start(Capture capture, Collector collector) {
    capture.start(collector);
  }

  Lsn confirmed() throws Exception {
    return slots.find(1).orElseThrow().confirmed();
  }

  static List<String> ids(List<Transaction> transactions) {
    return transactions.stream()
        .flatMap(t -> t.changes().stream())
        .map(change -> ((Change.Insert) change).row().values().getFirst())
        .map(String::valueOf)
        .toList();
  }

  @Test
  void streamingResumesExactlyAtTheConfirmedPositionOfTheSlot() throws Exception {
    Collector first = new Collector();
    try (Capture capture = capture(Optional::empty)) {
      capture.start(first);
      for (int i = 1; i <= 3; i++) {
        primary.execute("INSERT INTO t VALUES (" + i + ")");
      }
      Transaction insert = first.next();
      assertThat(ids(List.of(insert, first.next(), first.next()))).containsExactly("1", "2", "3");
      assertThat(confirmed()).as("nothing was replicated").isLessThan(insert.position().lsn());
    }

    primary.execute("INSERT INTO t VALUES (4)");
    Collector second = new Collector();
    try (Capture capture = capture(Optional::empty)) {
      capture.start(second);
      List<Transaction> again = new ArrayList<>();
      for (int i = 1; i <= 4; i++) {
        again.add(second.next());
      }
      assertThat(ids(again)).as("nothing was skipped").containsExactly("1", "2", "3", "4");
      Lsn replicated = again.get(1).position().lsn();
      capture.confirm(replicated);
      primary.execute("INSERT INTO t VALUES (5)");
      Await.until("confirmed", Duration.ofSeconds(20), () -> confirmed().equals(replicated));
    }
    Collector third = new Collector();
    try (Capture capture = capture(Optional::empty)) {
      capture.start(third);
      assertThat(ids(List.of(third.next(), third.next(), third.next())))
          .containsExactly("3", "4", "5");
    }
  }

  @Test
  void aLoneTransactionIsVisibleAtOnce() throws Exception {
    Collector collector = new Collector();
    List<Long> millis = new ArrayList<>();
    try (Capture capture = capture(Optional::empty);
        Connection connection = primary.connect();
        Statement statement = connection.createStatement()) {
      start(capture, collector);
      for (int i = 1; i <= 30; i++) {
        long before = System.nanoTime();
        statement.execute("INSERT INTO t VALUES (" + i + ")");
        collector.next();
        millis.add((System.nanoTime() - before) / 1_000_000);
      }
    }
    List<Long> sorted = millis.stream().skip(10).sorted().toList();
    System.out.println("lone transaction, milliseconds: " + sorted);
    assertThat(sorted.get(sorted.size() / 2)).isLessThanOrEqualTo(150);
  }

  @Test
  void keysThatChangeAndLargeValuesThatDoNotBecomeOneUpdate() throws Exception {
    primary.execute("INSERT INTO t VALUES (1, 'a', repeat('x', 10000))");
    Collector collector = new Collector();
    try (Capture capture = capture(Optional::empty);
        Connection connection = primary.connect();
        Statement statement = connection.createStatement()) {
      start(capture, collector);
      collector.next();
      connection.setAutoCommit(false);
      statement.execute("UPDATE t SET v = NULL");
      statement.execute("UPDATE t SET id = 2");
      statement.execute("DELETE FROM t");
      statement.execute("TRUNCATE t");
      connection.commit();
      TableName table = new TableName("public", "t");
      assertThat(collector.next().changes())
          .containsExactly(
              new Change.Update(table, row("id", "1"), row("id", "1", "v", null), List.of("big")),
              new Change.Update(table, row("id", "1"), row("id", "2", "v", null), List.of("big")),
              new Change.Delete(table, row("id", "2")),
              new Change.Truncate(table));
    }
  }

  static Row row(@Nullable String... namesAndValues) {
    List<String> names = new ArrayList<>();
    List<@Nullable String> values = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      names.add(String.valueOf(namesAndValues[i]));
      values.add(namesAndValues[i + 1]);
    }
    return new Row(names, values);
  }

  @Test
  void aSlotThatIsNotWhereItWasEndsTheCaptureBeforeAnythingIsDelivered() throws Exception {
    primary.execute("INSERT INTO t VALUES (1)");
    Collector collector = new Collector();
    try (Capture capture = capture(() -> Optional.of("the slot was recreated"))) {
      start(capture, collector);
      assertThat(collector.failures.poll(30, TimeUnit.SECONDS)).contains("recreated");
    }
    assertThat(collector.transactions).isEmpty();
  }

  @Test
  void aCaptureThatIsClosedBeforeItBeginsNeverBegins() throws Exception {
    Collector collector = new Collector();
    Capture closed = capture(Optional::empty);
    closed.close();
    start(closed, collector);
    primary.execute("INSERT INTO t VALUES (1)");
    try (Capture capture = capture(Optional::empty)) {
      Collector other = new Collector();
      start(capture, other);
      other.next();
    }
    assertThat(collector.transactions).isEmpty();
  }

  @Test
  void aBrokenStreamIsReportedOnce() throws Exception {
    Collector collector = new Collector();
    try (Capture capture = capture(Optional::empty)) {
      start(capture, collector);
      primary.execute("INSERT INTO t VALUES (1)");
      collector.next();
      long before = System.nanoTime();
      primary.execute(
          "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '"
              + slots.name(1)
              + "'");
      String reason = collector.failures.poll(30, TimeUnit.SECONDS);
      System.out.println(
          "reported after " + (System.nanoTime() - before) / 1_000_000 + " ms: " + reason);
      assertThat(reason).isNotNull();
    }
    assertThat(collector.failures).isEmpty();
  }
}
