package io.understudy.daemon.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.daemon.capture.CaptureKind;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What somebody else did to the slot, and shadows that do not answer. */
class SlotHealthTest {
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final InstantSource CLOCK = InstantSource.system();

  private final TestDatabase primary = TestDatabase.on("eu-a");
  private final TestDatabase b = TestDatabase.on("eu-b");
  private final TestDatabase c = TestDatabase.on("us-a");
  private final String service = "h" + primary.name();
  private final String slot = "understudy_" + service + "_1";
  private final Recorder recorder = new Recorder();

  @BeforeEach
  void copied() throws Exception {
    RandomLoad.createTables(primary, b, c);
    try (Replication replication = start()) {
      replicated(replication);
    }
    // The server notices a moment later that the stream has ended.
    Await.until(
        "the slot is released",
        LONG,
        () ->
            primary
                .query("SELECT active FROM pg_replication_slots WHERE slot_name = '" + slot + "'")
                .equals("f"));
  }

  private Replication start() throws Exception {
    return Replication.start(
        new ReplicationSpec(
            service,
            1,
            primary.topology(),
            List.of(b.topology(), c.topology()),
            2,
            CaptureKind.DEBEZIUM,
            Limits.DEFAULT),
        CLOCK,
        recorder);
  }

  private void replicated(Replication replication) throws Exception {
    Position end = new Position(1, Lsn.parse(primary.query("SELECT pg_current_wal_flush_lsn()")));
    Await.until("replicated", LONG, () -> replication.replicated().compareTo(end) >= 0);
  }

  private void isCopiedAnewAndEqual() throws Exception {
    recorder.changes.clear();
    try (Replication replication = start()) {
      replicated(replication);
      assertThat(b.contents()).isEqualTo(primary.contents());
      assertThat(c.contents()).isEqualTo(primary.contents());
    }
    assertThat(recorder.changes).anyMatch(s -> s.state() instanceof ShadowState.Seeding);
  }

  @Test
  void aDroppedSlotLeadsToANewCopy() throws Exception {
    primary.execute("SELECT pg_drop_replication_slot('" + slot + "')");
    new RandomLoad(1).run(primary, 30);
    isCopiedAnewAndEqual();
  }

  @Test
  void aSlotRecreatedAtNowLeadsToANewCopy() throws Exception {
    primary.execute("SELECT pg_drop_replication_slot('" + slot + "')");
    new RandomLoad(2).run(primary, 30);
    primary.execute("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
    isCopiedAnewAndEqual();
  }

  @Test
  void anAdvancedSlotLeadsToANewCopy() throws Exception {
    new RandomLoad(3).run(primary, 30);
    primary.execute(
        "SELECT pg_replication_slot_advance('" + slot + "', pg_current_wal_flush_lsn())");
    isCopiedAnewAndEqual();
  }

  @Test
  void aTableThatIsNewLeadsToANewCopy() throws Exception {
    for (TestDatabase database : List.of(primary, b, c)) {
      database.execute("CREATE TABLE fresh (id integer PRIMARY KEY)");
    }
    primary.execute("INSERT INTO fresh VALUES (1)");
    isCopiedAnewAndEqual();
  }

  @Test
  void aShadowThatDoesNotAnswerHasNoPartInTheEndOfTheEpoch() throws Exception {
    try (Replication replication = start();
        Connection blocker = b.connect();
        Statement statement = blocker.createStatement()) {
      replicated(replication);
      blocker.setAutoCommit(false);
      statement.execute("LOCK understudy.applied IN ACCESS EXCLUSIVE MODE");
      new RandomLoad(4).run(primary, 30);
      Position end = new Position(1, Lsn.parse(primary.query("SELECT pg_current_wal_flush_lsn()")));
      Await.until(
          "c has it all",
          LONG,
          () -> replication.shadows().getLast().applied().compareTo(end) >= 0);
      EpochEnd ended = replication.finish(Duration.ofSeconds(1));
      assertThat(ended.positions().keySet()).containsExactly("us-a");
      assertThat(ended.reachesCut("us-a")).isTrue();
      assertThat(ended.reachesCut("eu-b")).isFalse();
      assertThat(ended.keepsReplicated()).isTrue();
    }
  }
}
