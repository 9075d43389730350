package io.understudy.daemon.seed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.daemon.postgres.Bootstrap;
import io.understudy.daemon.postgres.Catalogue;
import io.understudy.daemon.postgres.Slots;
import io.understudy.daemon.postgres.TestDatabase;
import io.understudy.model.Position;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SeederTest {
  private final TestDatabase primary = TestDatabase.on("eu-a");
  private final TestDatabase b = TestDatabase.on("eu-b");
  private final TestDatabase c = TestDatabase.on("us-a");
  private final Slots slots = new Slots(primary.server(), "e" + primary.name());

  @BeforeEach
  void tables() throws Exception {
    for (TestDatabase database : List.of(primary, b, c)) {
      database.execute("CREATE TABLE t (id integer PRIMARY KEY, v text)");
      Bootstrap.schema(database.server());
    }
    primary.execute("INSERT INTO t SELECT g, repeat('x', 200) FROM generate_series(1, 20000) g");
  }

  private Position copy(Slots.Export export, TestDatabase shadow, List<Long> rows)
      throws Exception {
    try (Connection connection = primary.connect()) {
      return new Seeder("orders", primary.server(), shadow.server())
          .copy(
              export,
              1,
              Catalogue.read(connection),
              (copied, _, expected) -> {
                assertThat(expected).isPositive();
                rows.add(copied);
              });
    }
  }

  @Test
  void severalShadowsGetExactlyWhatWasThereAtTheSlotsStart() throws Exception {
    String before = primary.contents().toString();
    b.execute("INSERT INTO t VALUES (-1, 'left over')");
    List<Long> rows = new ArrayList<>();
    try (Slots.Export export = slots.temporary("x")) {
      primary.execute("DELETE FROM t WHERE id % 2 = 0");
      Position first = copy(export, b, rows);
      primary.execute("INSERT INTO t VALUES (-2, 'late')");
      Position second = copy(export, c, rows);
      assertThat(first).isEqualTo(second).isEqualTo(new Position(1, export.consistentPoint()));
    }
    assertThat(b.contents()).hasToString(before);
    assertThat(c.contents()).hasToString(before);
    assertThat(rows).contains(20_000L).hasSizeGreaterThan(4);
    assertThat(b.query("SELECT epoch FROM understudy.applied WHERE service = 'orders'"))
        .isEqualTo("1");
  }

  @Test
  void aTableEmptiedAfterTheSnapshotIsNotCopiedAsEmpty() throws Exception {
    try (Slots.Export export = slots.temporary("x")) {
      primary.execute("TRUNCATE t");
      assertThatThrownBy(() -> copy(export, b, new ArrayList<>()))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("40001"));
    }
  }

  @Test
  void aCopyThatBreaksOffLeavesTheShadowAsItWas() throws Exception {
    b.execute("INSERT INTO t VALUES (-1, 'as it was')");
    b.execute("ALTER TABLE t ADD CHECK (id < 19000)");
    try (Slots.Export export = slots.temporary("x")) {
      assertThatThrownBy(() -> copy(export, b, new ArrayList<>()))
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23514"));
    }
    assertThat(b.query("SELECT string_agg(v, ' ') FROM t")).isEqualTo("as it was");
    assertThat(b.query("SELECT count(*) FROM understudy.applied")).isEqualTo("0");
  }
}
