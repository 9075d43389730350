package io.understudy.daemon.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReplicationOriginTest {
  private final TestDatabase shadow = TestDatabase.on("eu-b");
  private final ReplicationOrigin origin = new ReplicationOrigin("origin test", "eu-b");

  @Test
  void aStreamBackLeavesOutWhatIsMarked() throws Exception {
    shadow.execute("CREATE TABLE t (id integer PRIMARY KEY)");
    shadow.execute("CREATE PUBLICATION p FOR TABLE t");
    String slot = "origin_" + shadow.name();
    shadow.query("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
    try (Connection connection = shadow.server().apply()) {
      assertThat(origin.mark(connection)).isEmpty();
      connection.createStatement().execute("INSERT INTO t VALUES (1), (2), (3)");
    }
    shadow.execute("INSERT INTO t VALUES (4)");
    String inserts =
        "SELECT count(*) FROM pg_logical_slot_peek_binary_changes('%s', NULL, NULL,"
            + " 'proto_version', '1', 'publication_names', 'p', 'origin', '%s')"
            + " WHERE get_byte(data, 0) = ascii('I')";
    assertThat(shadow.query(inserts.formatted(slot, "any"))).isEqualTo("4");
    assertThat(shadow.query(inserts.formatted(slot, "none"))).isEqualTo("1");
    shadow.query("SELECT pg_drop_replication_slot('" + slot + "')");
  }

  @Test
  void oneSessionHasItUntilItsConnectionEnds() throws Exception {
    try (Connection second = shadow.connect()) {
      try (Connection first = shadow.connect()) {
        assertThat(origin.mark(first)).isEmpty();
        assertThatThrownBy(() -> origin.mark(second))
            .isInstanceOfSatisfying(
                SQLException.class, e -> assertThat(SqlState.isInUse(e)).isTrue())
            .hasMessageContaining("understudy_origin test_eu-b is held by another session");
      }
      Await.until(
          "the origin is free",
          Duration.ofSeconds(10),
          () -> {
            try {
              return origin.mark(second).isEmpty();
            } catch (SQLException e) {
              return !SqlState.isInUse(e);
            }
          });
      assertThat(
              shadow.query(
                  "SELECT count(*) FROM pg_replication_origin WHERE roname = '"
                      + origin.name()
                      + "'"))
          .isEqualTo("1");
    }
  }

  @Test
  void aRoleThatMayNotHaveItIsToldWhatToGrant() throws Exception {
    try (Connection connection = shadow.connect(TestDatabase.ROLE)) {
      String remedy = origin.mark(connection).orElseThrow();
      String grant = remedy.substring(remedy.indexOf("GRANT")).replace("to it", "TO ");
      shadow.execute(grant + TestDatabase.ROLE);
      assertThat(origin.mark(connection)).isEmpty();
    }
  }
}
