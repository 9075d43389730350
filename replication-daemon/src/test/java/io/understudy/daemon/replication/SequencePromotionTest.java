package io.understudy.daemon.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.kill.ServerProcesses;
import io.understudy.daemon.postgres.Access;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** No value of a sequence is handed out twice across the death of a primary. */
class SequencePromotionTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final InstantSource CLOCK = InstantSource.system();
  private static final String SCHEMA =
      """
      CREATE SEQUENCE ticket;
      CREATE SEQUENCE countdown INCREMENT -3 MINVALUE -9000000 MAXVALUE 9000000 START 9000000;
      CREATE SEQUENCE nearly MAXVALUE 20;
      CREATE SEQUENCE wheel MINVALUE 5 MAXVALUE 100000000 CYCLE;
      CREATE TABLE made (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b serial UNIQUE);
      """;

  private static final int CONNECTIONS = 4;
  private static final int BATCH = 50;
  // 4 connections x 50 values every 40 ms: 5,000 values a second of each sequence.
  private static final Duration PACE = Duration.ofMillis(40);

  private final TestDatabase b = TestDatabase.on("eu-b");
  private final AtomicLong ticket = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong countdown = new AtomicLong(Long.MAX_VALUE);
  private final AtomicLong wheel = new AtomicLong(Long.MIN_VALUE);
  private final AtomicLong handedOut = new AtomicLong();

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEBEZIUM_SERVER")
  void valuesHandedOutAfterThePromotionAreNew(CaptureKind capture) throws Exception {
    EmbeddedPostgres doomed = TestDatabase.startServer();
    TestDatabase primary = TestDatabase.on(doomed, "eu-a");
    primary.execute(SCHEMA);
    b.execute(SCHEMA);
    primary.execute("SELECT nextval('nearly') FROM generate_series(1, 7)");
    Recorder recorder = new Recorder();
    ReplicationSpec spec =
        new ReplicationSpec(
            "q" + b.name(),
            1,
            primary.topology(),
            List.of(b.topology()),
            1,
            capture,
            Limits.DEFAULT);
    EpochEnd end;
    String madeBefore;
    try (Replication replication = Replication.start(spec, CLOCK, recorder)) {
      Await.until("first copy", LONG, () -> !recorder.clocks.isEmpty());
      AtomicBoolean going = new AtomicBoolean(true);
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        clients.add(Thread.ofPlatform().start(() -> handOut(primary, going)));
      }
      Await.until("values handed out", LONG, () -> handedOut.get() > 15_000);
      ServerProcesses.kill(primary);
      for (Thread client : clients) {
        client.join();
      }
      Await.until("capture failed", LONG, () -> !recorder.captureFailures.isEmpty());
      end = replication.finish(Duration.ofSeconds(5));
      madeBefore = b.query("SELECT max(id) FROM made");
    } finally {
      doomed.close();
    }
    ReplicationSpec next =
        new ReplicationSpec(spec.service(), 2, b.topology(), List.of(), 0, capture, Limits.DEFAULT);
    try (Replication replication = Replication.startEpoch(next, end, CLOCK, new Recorder())) {
      new Access(b.database()).open(2);
      System.out.println(
          handedOut
              + " tickets to "
              + ticket
              + ", noted "
              + b.query(
                  "SELECT last_value FROM" + " understudy.sequences WHERE sequence_name = 'ticket'")
              + " at "
              + b.query(
                  "SELECT per_second FROM understudy.sequences WHERE sequence_name =" + " 'ticket'")
              + " a second, next "
              + b.query("SELECT last_value FROM ticket"));
      assertThat(next("ticket")).isGreaterThan(ticket.get());
      assertThat(next("countdown")).isLessThan(countdown.get());
      assertThat(next("wheel")).isGreaterThan(wheel.get());
      assertThatThrownBy(() -> next("nearly"))
          .hasRootCauseMessage("ERROR: nextval: reached maximum value of sequence \"nearly\" (20)");
      b.execute("INSERT INTO made DEFAULT VALUES");
      assertThat(Long.parseLong(b.query("SELECT max(id) FROM made")))
          .isGreaterThan(Long.parseLong(madeBefore));
      assertThat(replication.shadows()).isEmpty();
    }
    // Going on in the same epoch skips nothing.
    long ticketNow = next("ticket");
    try (Replication replication = Replication.start(next, CLOCK, new Recorder())) {
      assertThat(replication.shadows()).isEmpty();
      assertThat(next("ticket")).isEqualTo(ticketNow + 1);
    }
  }

  private long next(String sequence) {
    return Long.parseLong(b.query("SELECT nextval('" + sequence + "')"));
  }

  /** What a client has seen counts as used, whether or not its transaction survives. */
  private void handOut(TestDatabase database, AtomicBoolean going) {
    try (Connection connection = database.connect();
        Statement statement = connection.createStatement()) {
      while (going.get()) {
        long begun = System.nanoTime();
        String query =
            "SELECT max(nextval('ticket')), min(nextval('countdown')), max(nextval('wheel'))"
                + " FROM generate_series(1, "
                + BATCH
                + ")";
        try (ResultSet row = statement.executeQuery(query)) {
          row.next();
          ticket.accumulateAndGet(row.getLong(1), Math::max);
          countdown.accumulateAndGet(row.getLong(2), Math::min);
          wheel.accumulateAndGet(row.getLong(3), Math::max);
          handedOut.addAndGet(BATCH);
        }
        statement.execute("INSERT INTO made DEFAULT VALUES");
        LockSupport.parkNanos(PACE.toNanos() - (System.nanoTime() - begun));
      }
    } catch (SQLException e) {
      going.set(false);
    }
  }
}
