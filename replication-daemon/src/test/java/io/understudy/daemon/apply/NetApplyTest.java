package io.understudy.daemon.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.capture.Change;
import io.understudy.daemon.capture.Row;
import io.understudy.daemon.capture.TableName;
import io.understudy.daemon.capture.Transaction;
import io.understudy.daemon.postgres.Await;
import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.ReplicationOrigin;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Lsn;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole groups on a real server: what they leave behind, and what a failure leaves behind. */
@Timeout(120)
class NetApplyTest {
  private static final String SERVICE = "net";
  private static final TableName ACCOUNT = new TableName("public", "account");
  private static final TableName OWNER = new TableName("public", "owner");

  private final TestDatabase shadow = TestDatabase.on("eu-b");
  private final TransactionQueue queue = new TransactionQueue(1 << 30);
  private final Queue<String> retries = new ConcurrentLinkedQueue<>();
  private long lsn = 10;

  private final Applier.Listener listener =
      new Applier.Listener() {
        @Override
        public void applied(Position position, long readingMillis) {}

        @Override
        public void retrying(String reason) {
          retries.add(reason);
        }
      };

  @BeforeEach
  void copyAtTen() throws Exception {
    shadow.execute(RandomChanges.SCHEMA);
    Bootstrap.schema(shadow.server());
    try (Connection connection = shadow.connect()) {
      new AppliedPosition(SERVICE).replace(connection, at(10));
    }
  }

  private static Position at(long lsn) {
    return new Position(1, new Lsn(lsn));
  }

  private void offer(Change... changes) throws InterruptedException {
    queue.offer(new Transaction(at(++lsn), lsn, List.of(changes)), Duration.ZERO);
  }

  private Applier applier(int groupChangesMax) {
    queue.end();
    return new Applier(SERVICE, shadow.server(), queue, at(10), groupChangesMax);
  }

  private Thread inBackground(Applier applier) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            applier.run(listener);
          } catch (DivergenceException | InterruptedException e) {
            retries.add("ended " + e);
          }
        });
  }

  private String position() {
    return shadow.query("SELECT epoch || ':' || lsn FROM understudy.applied");
  }

  private static Row account(String id, String code) {
    return new Row(List.of("id", "code", "big", "n"), List.of(id, code, "b", "1"));
  }

  private static Change insert(String id, String code) {
    return new Change.Insert(ACCOUNT, account(id, code));
  }

  private static Change recode(String id, String code) {
    return new Change.Update(
        ACCOUNT, new Row(List.of("id"), List.of(id)), account(id, code), List.of());
  }

  private static Change owner(String id) {
    return new Change.Insert(OWNER, new Row(List.of("id", "v"), List.of(id, "v")));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void randomGroupsLeaveWhatRowByRowLeaves(long seed) throws Exception {
    TestDatabase rowByRow = TestDatabase.on("eu-b");
    rowByRow.execute(RandomChanges.SCHEMA);
    boolean swapsCodes = seed % 2 == 0;
    RandomChanges source = new RandomChanges(seed, swapsCodes);
    List<Change> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      List<Change> changes = source.next();
      all.addAll(changes);
      offer(changes.toArray(Change[]::new));
    }
    try (Connection connection = rowByRow.server().apply();
        OrderedWriter writer = new OrderedWriter(connection, Catalogue.read(connection))) {
      writer.write(all);
    }
    Applier applier = applier(1 + new Random(seed).nextInt(60));
    applier.run(listener);
    assertThat(shadow.contents()).as("seed %d", seed).isEqualTo(rowByRow.contents());
    assertThat(position()).isEqualTo("1:0/" + Long.toHexString(lsn).toUpperCase(Locale.ROOT));
    source
        .primary()
        .contents()
        .forEach((table, rows) ->
            assertThat(shadow.query("SELECT count(*) FROM " + table.quoted()))
                .isEqualTo(String.valueOf(rows.size())));
    assertThat(retries).isEmpty();
    assertThat(applier.fallbacks() > 0).as("seed %d fell back", seed).isEqualTo(swapsCodes);
  }

  @Test
  void valuesThatSwapInAUniqueColumnAreAppliedInTheirOrder() throws Exception {
    offer(insert("1", "a"), insert("2", "b"));
    offer(recode("1", "c"), recode("2", "a"), recode("1", "b"));
    Applier applier = applier(2);
    applier.run(listener);
    assertThat(shadow.query("SELECT string_agg(id || code, ' ' ORDER BY id) FROM account"))
        .isEqualTo("1b 2a");
    assertThat(applier.fallbacks()).isEqualTo(1);
    assertThat(position()).isEqualTo("1:0/C");
  }

  @Test
  void whatFailsInItsOrderTooStopsTheShadowAndNamesTheConstraintOnly() throws Exception {
    shadow.execute("INSERT INTO account VALUES (7, 'secret')");
    offer(owner("1"), insert("8", "secret"));
    assertThatThrownBy(() -> applier(10).run(listener))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("table public.account with its key [id]: SQLSTATE 23505")
        .hasMessageContaining("account_code_key")
        .hasMessageNotContaining("secret");
    assertThat(shadow.query("SELECT count(*) FROM owner")).isEqualTo("0");
    assertThat(position()).isEqualTo("1:0/A");
  }

  @Test
  void aRowThatIsMissingStopsTheShadowAndNamesTheKeyColumns() throws Exception {
    offer(owner("1"), recode("4711", "x"));
    assertThatThrownBy(() -> applier(10).run(listener))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("table public.account")
        .hasMessageContaining("its key [id], found 0 rows")
        .hasMessageNotContaining("4711");
    assertThat(shadow.query("SELECT count(*) FROM owner")).isEqualTo("0");
  }

  @Test
  void aValueThatDoesNotFitIsRefusedAndNotCutOff() throws Exception {
    shadow.execute("ALTER TABLE account ALTER code TYPE varchar(3)");
    offer(insert("1", "four"));
    assertThatThrownBy(() -> applier(10).run(listener)).hasMessageContaining("22001");
    assertThat(shadow.query("SELECT count(*) FROM account")).isEqualTo("0");
  }

  @Test
  void aTableThatRefersToATruncatedOneKeepsItsRows() throws Exception {
    shadow.execute("CREATE TABLE stranger (id integer REFERENCES owner)");
    shadow.execute("ALTER TABLE stranger DISABLE TRIGGER ALL");
    shadow.execute("INSERT INTO stranger VALUES (1)");
    offer(new Change.Truncate(OWNER), new Change.Truncate(new TableName("public", "thing")));
    assertThatThrownBy(() -> applier(10).run(listener))
        .isInstanceOf(DivergenceException.class)
        .hasMessageContaining("tables [public.owner, public.thing]: SQLSTATE 0A000");
    assertThat(shadow.query("SELECT count(*) FROM stranger")).isEqualTo("1");
  }

  @Test
  void aBackendThatDiesInsideAGroupLeavesNothingOfIt() throws Exception {
    offer(insert("1", "a"), insert("2", "b"));
    offer(owner("1"));
    Applier applier = applier(10);
    try (Connection blocker = shadow.connect();
        Statement statement = blocker.createStatement()) {
      blocker.setAutoCommit(false);
      statement.execute("LOCK owner IN ACCESS EXCLUSIVE MODE");
      Thread worker = inBackground(applier);
      String waiting =
          " FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
              + " AND application_name = 'understudy'";
      Await.until(
          "the group is half done",
          Duration.ofSeconds(20),
          () -> shadow.query("SELECT count(*)" + waiting).equals("1"));
      shadow.query("SELECT pg_terminate_backend(pid)" + waiting);
      Await.until("it tries again", Duration.ofSeconds(20), () -> !retries.isEmpty());
      assertThat(shadow.query("SELECT count(*) FROM account")).isEqualTo("0");
      assertThat(position()).isEqualTo("1:0/A");
      blocker.rollback();
      worker.join();
    }
    assertThat(retries.peek()).startsWith("SQLSTATE 57P01");
    assertThat(retries).noneMatch(reason -> reason.startsWith("ended"));
    assertThat(shadow.query("SELECT count(*) FROM account")).isEqualTo("2");
    assertThat(shadow.query("SELECT count(*) FROM owner")).isEqualTo("1");
    assertThat(position()).isEqualTo("1:0/C");
    assertThat(applier.fallbacks()).isZero();
  }

  @Test
  void anApplierWaitsForTheSessionThatHasTheOrigin() throws Exception {
    offer(insert("1", "a"));
    Thread worker;
    try (Connection before = shadow.connect()) {
      assertThat(new ReplicationOrigin(SERVICE, shadow.endpoint()).mark(before)).isEmpty();
      worker = inBackground(applier(10));
      Await.until("it waits", Duration.ofSeconds(20), () -> retries.size() >= 2);
      assertThat(retries)
          .allMatch(reason -> reason.startsWith("SQLSTATE 55006 replication origin"));
      assertThat(position()).isEqualTo("1:0/A");
    }
    worker.join();
    assertThat(position()).isEqualTo("1:0/B");
  }

  @Test
  void statementsAreBoundedInRowsAndCharacters() throws Exception {
    List<Change> changes = new ArrayList<>();
    for (int i = 0; i < 95; i++) {
      changes.add(insert(String.valueOf(i), "c" + i));
    }
    shadow.execute(
        "CREATE TABLE statements (n integer);"
            + "CREATE FUNCTION count_rows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " INSERT INTO statements SELECT count(*) FROM added; RETURN NULL; END $$;"
            + "CREATE TRIGGER count_rows AFTER INSERT ON account REFERENCING NEW TABLE AS added"
            + " FOR EACH STATEMENT EXECUTE FUNCTION count_rows();"
            + "ALTER TABLE account ENABLE ALWAYS TRIGGER count_rows");
    assertThat(rowsPerStatement(changes, new NetWriter.Bounds(40, 1 << 20))).isEqualTo("40,40,15");
    assertThat(rowsPerStatement(changes.subList(0, 10), new NetWriter.Bounds(40, 1)))
        .isEqualTo("1,1,1,1,1,1,1,1,1,1");
  }

  private @Nullable String rowsPerStatement(List<Change> changes, NetWriter.Bounds bounds)
      throws Exception {
    shadow.execute("TRUNCATE account, statements");
    try (Connection connection = shadow.server().apply()) {
      new NetWriter(connection, Catalogue.read(connection), bounds).write(changes);
    }
    return shadow.query("SELECT string_agg(n::text, ',' ORDER BY n DESC) FROM statements");
  }
}
